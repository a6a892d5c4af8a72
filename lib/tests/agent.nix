# Markdown layers: agent files in the forms that people write, each with what a layer in Nix
# has instead.
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    filter
    isString
    map
    mapAttrs
    split
    ;
  build = import ./build.nix;
  inherit (build) lib;
  test = build.test "agent";
  inherit (import ../presets) toolPolicies;

  rule = action: tool: pattern: { inherit action tool; } // (if pattern == "*" then { } else { inherit pattern; });
  twins = {
    short = {
      description = "Finds what a change breaks";
      tools.allow = [
        "read"
        "grep"
        "glob"
        "bash"
      ];
      prompts.system = "You find what a change breaks. Name the file and the line.\n";
    };
    examples = {
      description = "Use this agent when a test fails. <example> Context: \"make test\" is red. assistant: I call it. </example>";
      model.ref = "anthropic/claude-opus-5-5";
      prompts.system = "Find the cause before you change anything.\n\n## Steps\n\n- Run the test alone.\n- Read what it calls.\n";
    };
    loose = {
      description = "Writes notes of a release. Use it for: changelogs, tags (v1.2), and mails!";
      tools.allow = [
        "read"
        "write"
        "edit"
        "webfetch"
      ];
      model.ref = "anthropic/claude-sonnet-5-5";
      prompts.system = "Write for the people who will read it.\n";
    };
    lists = {
      description = "Plans; doesn't write";
      tools = {
        allow = [
          "read"
          "grep"
          "glob"
        ];
        deny = [
          "bash"
          "websearch"
        ];
      };
      permissions = {
        mode = "plan";
        default = "ask";
      };
      limits.maxTurns = 20;
      model.effort = "high";
      prompts.system = "Make a plan. Change nothing.\n";
    };
    flow = {
      description = "Checks names";
      tools = {
        allow = [
          "read"
          "grep"
          "glob"
        ];
        deny = [ "agent" ];
      };
      model.ref = "anthropic/claude-sonnet-4-5";
      prompts.system = "Check names.\n";
    };
    subagent = {
      description = "Reviews code without changing it";
      model = {
        ref = "anthropic/claude-haiku-4-5";
        temperature = 0.1;
      };
      tools.deny = [
        "write"
        "edit"
        "bash"
      ];
      prompts.system = "You review code. Say what is wrong; change nothing.\n";
    };
    patterns = {
      description = "Works with git";
      limits.maxTurns = 40;
      tools.deny = [
        "edit"
        "write"
      ];
      permissions = {
        mode = "ask";
        default = "ask";
        rules = [
          (rule "allow" "webfetch" "*")
          (rule "allow" "bash" "git status")
          (rule "allow" "bash" "git diff")
          (rule "allow" "bash" "git diff *")
          (rule "allow" "bash" "git log*")
          (rule "deny" "bash" "git push")
          (rule "deny" "bash" "git push *")
        ];
      };
      prompts.system = "You know git.\n";
    };
    inline = {
      description = "Answers questions about this repository";
      tools.deny = [
        "edit"
        "write"
        "agent"
      ];
      permissions.rules = [
        (rule "allow" "bash" "*")
        (rule "ask" "bash" "rm")
        (rule "ask" "bash" "rm *")
        (rule "allow" "read" "**")
      ];
      model = {
        topP = 0.9;
        effort = "low";
      };
      prompts.system = "Answer briefly.\n";
    };
    folded = {
      description = "Prepares a commit: stages files and writes the message. Never pushes.";
      permissions.rules = [
        (rule "allow" "bash" "git add")
        (rule "allow" "bash" "git add *")
        (rule "allow" "bash" "git status")
        (rule "allow" "read" "**")
      ];
      model.ref = "anthropic/claude-haiku-5-5";
      prompts.system = "Prepare a commit.\n";
    };
    windows = {
      description = "Writes scripts";
      tools.allow = [ ];
      prompts.system = "One line.\n\nAnother.\n";
    };
  };

  profileOf =
    layer:
    lib.mkProfile {
      name = "shape";
      imports = [ layer ];
      model.ref = lib.mkDefault "anthropic/claude-sonnet-4-5";
    };
  # Explanations, but for where things are.
  unplaced =
    value:
    if builtins.isList value then
      map unplaced value
    else if builtins.isAttrs value then
      mapAttrs (_: unplaced) (
        removeAttrs value [
          "file"
          "line"
          "column"
          "elements"
        ]
      )
    else
      value;
  seen = profile: {
    inherit (profile) problems manifest;
    explain = unplaced profile.explain;
  };

  # What is wrong in a file, as "LINE:COLUMN MESSAGE".
  wrong =
    text:
    map (problem: "${toString (builtins.head problem.positions).line}:${toString (builtins.head problem.positions).column} ${problem.message}") (
      (import ../agent/layer.nix {
        file = "/x/agent.md";
        inherit text;
      }).faults
    );
  front = lines: "---\n${lines}\n---\nWork.\n";
  faults = {
    "name: a\ntool: Read" = [ "3:1 `tool` is not a field of an agent file" ];
    "tools: Read, Grp" = [ "2:1 unknown tool \"Grp\"" ];
    "tools: Bash(git:*)" = [ "2:1 \"Bash(git:*)\" has a pattern, but this field lists whole tools" ];
    "tools:\n  write: no" = [ "3:3 must be true or false for each tool" ];
    "tools:\n  write: true" = [ "3:3 `write: true` cannot add a tool to the defaults of a profile" ];
    "tools:\n  read: true\n  bash: true" = [ "4:3 `bash: true` cannot add a tool to the defaults of a profile" ];
    "tools:\n  webfetch: true" = [ "3:3 `webfetch: true` cannot add a tool to the defaults of a profile" ];
    "allowed-tools: Bash(git $(x):*), Read(src/**)" = [
      "2:1 the pattern \"Bash(git $(x):*)\" cannot be written with the same meaning"
      "2:1 the pattern \"Read(src/**)\" cannot be written with the same meaning"
    ];
    "permission:\n  bash:\n    \"*\": deny\n    git *: allow" = [
      "5:5 allows more than a pattern above it: here the last match decides, in a profile the strictest"
    ];
    "permission:\n  edit:\n    \"*.md\": allow" = [ "3:3 patterns of `edit` have a different meaning in a profile" ];
    "permission:\n  edit: deny\n  \"*\": ask" = [ "4:3 the star overrides the patterns above it: the last match decides" ];
    "permission:\n  edit: deny\n  write: allow" = [ "4:3 `write: allow` has no effect: `edit` is stricter, and about the same tool" ];
    "permission:\n  patch: allow\n  glob: ask\n  list: deny\n  multiedit: ask" = [
      "3:3 `patch: allow` has no effect: `multiedit` is stricter, and about the same tool"
      "4:3 `glob: ask` has no effect: `list` is stricter, and about the same tool"
    ];
    "permission:\n  edit: allow\n  write: deny\n  glob: ask\n  list: ask" = [ ];
    "permission:\n  edit: maybe\n  doom_loop: ask" = [
      "3:3 must be allow, ask or deny"
      "4:3 no rule of a profile covers `doom_loop`"
    ];
    "permissionMode: auto\nmodel: gpt" = [
      "2:1 the mode `auto` is not supported: it needs a classifier of the program"
      "3:1 the model \"gpt\" is not in the model catalog"
    ];
    "skills: [a]\nmcpServers: [b]\nhooks: {}\nmode: x" = [
      "2:1 cannot import a skill by its name: a skill is a directory"
      "3:1 cannot define a server in an agent file"
      "4:1 hooks belong to the profile"
      "5:1 must be one of: primary, subagent, all"
    ];
    "effort: low\nreasoningEffort: high" = [ "3:1 `model.effort` is set by two fields of the file" ];
    "name: *a\ndescription: !x b\ncolor: `c" = [
      "2:7 has a string that begins with `*`, which has a meaning in YAML"
      "3:14 has a string that begins with `!`, which has a meaning in YAML"
      "4:8 has a string that begins with ```, which has a meaning in YAML"
    ];
    "name: a\nname: b" = [ "3:1 is a duplicate key" ];
    "- a" = [ "2:1 must be a map of fields" ];
    "a: [b" = [ "2:4 has a bracket that is not closed" ];
    "maxTurns: 0x10" = [ "2:11 begins like a number, but is not one that all programs read alike" ];
  };
in
map (
  name: test "the agent file ${name}.md is what its layer in Nix is" (seen (profileOf (./agents + "/${name}.md"))) (seen (profileOf twins.${name}))
) (attrNames twins)
++ map (text: test "what is wrong in ${builtins.toJSON text}" (wrong (front text)) faults.${text}) (attrNames faults)
++ [
  (test "a file without a frontmatter is not a layer" (map wrong [
    "Only a prompt.\n"
    "---\nname: a\n"
    ""
    "---\nname: \"a\"\ncolor: \\\nb: ${builtins.fromJSON ''"\u0007"''}\n---\n"
  ]) [
    [ "1:1 the file has no frontmatter" ]
    [ "1:1 the frontmatter does not end within 16384 bytes" ]
    [ "1:1 the file has no frontmatter" ]
    [ "4:1 the frontmatter has a control character" ]
  ])
  (test "a file is a profile by itself, named by its file"
    (map (file: {
      inherit (lib.mkProfile file) name problems;
    }) [ ./agents/subagent.md ])
    [
      {
        name = "subagent";
        problems = [ ];
      }
    ]
  )
  (test "the place of a value is that of its field"
    (map (path: (builtins.head (profileOf ./agents/patterns.md).explain.${path}.definitions)) [
      "limits.maxTurns"
      "prompts.system"
    ])
    (
      let
        at = line: value: {
          column = 1;
          file = toString ./agents/patterns.md;
          inherit line value;
          priority = 100;
        };
      in
      [
        (at 4 40)
        (at 16 "You know git.\n")
      ]
    )
  )
  (test "the places of rules are those of their patterns"
    (map (place: place.line) (builtins.head (profileOf ./agents/patterns.md).explain."permissions.rules".definitions).elements)
    [
      8
      11
      12
      12
      13
      14
      14
    ]
  )
]
