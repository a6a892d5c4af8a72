# Whatever stands in a profile, its problems can be read: nothing ends the evaluation.
let
  inherit (builtins)
    filter
    fromJSON
    head
    length
    map
    tail
    toFile
    toJSON
    ;
  build = import ./build.nix;
  inherit (build) lib;
  test = build.test "robust";

  context = "${toFile "a" "3"}";
  # Each is wrong, or at least odd, nearly everywhere.
  odd = [
    null
    3
    (-1)
    1.5
    true
    "x"
    ""
    [ ]
    [ null ]
    [ [ ] ]
    [
      "a"
      "a"
    ]
    { }
    { a = 1; }
    { a = null; }
    { ${fromJSON "\"\\u001b\""} = 1; }
    9223372036854775807
    (1.0e308 * 10)
    (x: x)
    [ (x: x) ]
    { a = x: x; }
    ./robust.nix
    [ ./robust.nix ]
    { a.b = ./robust.nix; }
    context
    [ context ]
    { outPath = "x"; }
    { type = "derivation"; }
    { __toString = _: "x"; }
    { __toString = "x"; }
    { __functor = self: self; }
    { _type = "override"; }
    { _type = 3; }
    { _type = x: x; }
    { _type = "insomnia.profile"; }
    [ { _type = 3; } ]
    (lib.mkForce null)
    (lib.mkForce (lib.mkBefore [ 1 ]))
    (lib.mkBefore { a = 1; })
    (lib.mkOverride 1450 "x")
    (lib.mkOverride 2000 { a = 1; })
    (lib.mkOverride "x" [ ])
    [ (lib.mkForce "a") ]
    { a = lib.mkForce 3; }
    (lib.mkIf true 3)
    (lib.mkMerge [ ])
    (lib.secrets.ref 3)
    (lib.secrets.ref (x: x))
    { ref = x: x; }
    {
      env.A = x: x;
      command = 3;
      url = null;
    }
    [
      {
        name = x: x;
        type = ./robust.nix;
        event = 3;
        tool = [ ];
      }
    ]
  ];

  places = [
    [ "name" ]
    [ "model" ]
    [
      "model"
      "ref"
    ]
    [
      "permissions"
      "rules"
    ]
    [ "mcpServers" ]
    [
      "mcpServers"
      "a"
    ]
    [
      "subagents"
      "a"
    ]
    [ "hooks" ]
    [
      "web"
      "search"
      "auth"
    ]
    [ "compaction" ]
    [ "overrides" ]
    [ "nonsense" ]
    [ "imports" ]
  ];

  set = at: value: if at == [ ] then value else { ${head at} = set (tail at) value; };
  read =
    profile:
    toJSON [
      profile.problems
      (if profile.problems == [ ] then profile.manifest else null)
    ] != "";
  explained = profile: toJSON profile.explain != "";

  over =
    layer:
    lib.mkProfile {
      name = "odd";
      imports = [
        {
          inherit (build) model;
          limits.maxTurns = 3;
          mcpServers.a.command = "a";
        }
        layer
      ];
    };
  survived = function: values: length (filter (value: read (function value)) values);
in
[
  (test "odd values can be explained" (length (
    filter (
      value:
      explained (over {
        mcpServers = value;
        overrides.mcpServers = value;
      })
    ) odd
  )) (length odd))
]
++ map (
  at:
  test "odd values at ${builtins.concatStringsSep "." at}" (survived (
    value: over (set at value)
  ) odd) (length odd)
) places
++ [
  (test "odd layers in imports" (survived over odd) (length odd))
  (test "odd roots" (survived lib.mkProfile odd) (length odd))
  (test "odd manifests" (length (
    filter (value: toJSON (lib.checkManifest value).problems != "") odd
  )) (length odd))
  (test "odd sections of manifests" (length (
    filter (
      value:
      toJSON
        (lib.checkManifest {
          limits = value;
          tools.allow = value;
        }).problems != ""
    ) odd
  )) (length odd))
]
