# explain: which definition counts, what it overrode, and what no author wrote.
let
  inherit (builtins)
    attrNames
    filter
    head
    map
    toJSON
    replaceStrings
    ;
  build = import ./build.nix;
  inherit (build) file lib profileOf;
  test = build.test "explain";

  coder = file ./profiles/coder.nix;
  personal = coder.extend ./profiles/personal.nix;
  inherit (coder) explain;

  place = def: if def.file == null then null else "${baseNameOf def.file}:${toString def.line}";
  places = map place;

  faulty = file ./profiles/mistakes.nix;
  secret =
    (profileOf {
      mcpServers.a = {
        command = "a";
        env.TOKEN.value = "canary";
        env.KEY = lib.secrets.ref "a.b";
      };
    }).explain;

  # What a function above made stands where the list does.
  made = pattern: {
    tool = "bash";
    inherit pattern;
    action = "ask";
  };
  rules =
    (head
      (profileOf {
        permissions.rules = [
          {
            tool = "bash";
            pattern = "a";
            action = "ask";
          }
          (made "b")
          {
            action = "ask";
            tool = "bash";
            pattern = "c";
          }
        ];
      }).explain."permissions.rules".definitions
    );
in
[
  (test "the elements of a list have lines of their own"
    (map (at: if at == null then null else at.line - rules.line) rules.elements)
    [
      2
      null
      8
    ]
  )
  (test "what has no elements in the file has none" (explain."prompts.append".definitions ? elements)
    false
  )
  (test "a definition has its file and line" (places explain."profile.name".definitions) [
    "coder.nix:3"
  ])
  (test "what was overridden stands behind"
    [
      (places explain."profile.description".definitions)
      (places explain."profile.description".overrode)
      (map (def: def.value) explain."profile.description".overrode)
    ]
    [
      [ "coder.nix:5" ]
      [ "base.nix:3" ]
      [ "The base" ]
    ]
  )
  (test "a list names all that it gathers" (places explain."prompts.append".definitions) [
    "base.nix:10"
    "coder.nix:7"
  ])
  (test "a preset stands with its value and formula"
    [
      explain."permissions.mode".preset.name
      explain."permissions.mode".preset.value
      (places explain."permissions.mode".preset.definitions)
      explain."permissions.mode".definitions
      explain."permissions.mode".default
    ]
    [
      "autonomy"
      "edits"
      [ "coder.nix:6" ]
      [ ]
      false
    ]
  )
  (test "a default is one" explain."prompts.contextMaxBytes" {
    value = 65536;
    definitions = [ ];
    overrode = [ ];
    preset = null;
    default = true;
  })
  (test "an override stands over the preset"
    (
      let
        entry =
          (profileOf { overrides.context.compaction.thresholdTokens = 20000; })
          .explain."context.compaction.thresholdTokens";
      in
      [
        entry.value
        (map (def: baseNameOf def.file) entry.definitions)
        (map (def: def.preset.name or null) entry.overrode)
      ]
    )
    [
      20000
      [ "explain.nix" ]
      [ "compaction" ]
    ]
  )
  (test "priorities are told" (map (def: def.priority)
    (profileOf {
      imports = [ { limits.maxTurns = lib.mkDefault 3; } ];
      limits.maxTurns = lib.mkForce 4;
    }).explain."limits.maxTurns".definitions
  ) [ 50 ])
  (test "an extension is named before what it extends"
    [
      (places personal.explain."profile.description".definitions)
      (places personal.explain."profile.description".overrode)
    ]
    [
      [ "personal.nix:3" ]
      [
        "coder.nix:5"
        "base.nix:3"
      ]
    ]
  )
  (test "literals in secret slots are not shown"
    [
      secret."mcpServers.a.env.TOKEN".value
      (map (def: def.value) secret."mcpServers.a.env.TOKEN".definitions)
      secret."mcpServers.a.env.KEY".value.name
    ]
    [
      "<secret>"
      [ "<secret>" ]
      "a.b"
    ]
  )
  (test "a faulty profile can be explained, without its literals" (
    replaceStrings [ "canary" ] [ "" ] (toJSON faulty.explain) == toJSON faulty.explain
  ) true)
  (test "every value that no author wrote has a preset or is a default" (filter (
    path:
    let
      entry = explain.${path};
    in
    entry.definitions == [ ] && entry.preset == null && !entry.default
  ) (attrNames explain)) [ ])
  (test "only the schema and the values of presets and defaults have no definition"
    explain."schema".default
    true
  )
]
