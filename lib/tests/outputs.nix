# What the library gives beside profiles: order tags, the flake schema.
let
  inherit (builtins) map;
  lib = import ../.;
  test = (import ./build.nix).test "outputs";
  hook = lib.mkShellHook {
    profiles = {
      "a'b" = { };
      coder = { };
    };
  };
in
[
  (test "mkOrder places a list by a number"
    (map (order: order.priority) [
      (lib.mkOrder 200 [ ])
      (lib.mkBefore [ ])
      (lib.mkAfter [ ])
    ])
    [
      200
      500
      1500
    ]
  )
  (test "the flake schema describes profiles and manifests"
    (builtins.mapAttrs (_: child: child.what)
      (lib.flakeSchema.inventory {
        a = lib.mkProfile { name = "a"; };
        b.schema = "insomnia.pod/v1";
      }).children
    )
    {
      a = "agent profile";
      b = "agent profile";
    }
  )
  (test "options are those of the schema"
    {
      inherit (lib.options.autonomy) _type loc;
      type = lib.options.autonomy.type.functor.payload.values;
      action =
        (lib.options.permissions.rules.type.nestedTypes.elemType.getSubOptions [ ]).action.type.name;
      url = (lib.options.mcpServers.type.getSubOptions [ "mcpServers" ]).url.loc;
      described = builtins.filter (name: lib.options.model.${name}.description or "-" == "") (
        builtins.attrNames lib.options.model
      );
    }
    {
      _type = "option";
      loc = [ "autonomy" ];
      type = [
        "observe"
        "ask"
        "edits"
        "auto"
        "full"
      ];
      action = "enum";
      url = [
        "mcpServers"
        "<name>"
        "url"
      ];
      described = [ ];
    }
  )
  (test "every section of a profile has options" (builtins.attrNames lib.options) (
    builtins.attrNames
      (builtins.fromJSON (builtins.readFile ../schema/profile.json))."$defs".Profile.properties
  ))
  (test "a shell hook is quoted, whatever a profile is called"
    (map (text: builtins.match ".*${text}.*" (builtins.replaceStrings [ "\n" ] [ " " ] hook) != null) [
      "'Agents of this project: a'.''b, coder'"
      "insomnia pod new .#a'.''b'"
    ])
    [
      true
      true
    ]
  )
  (test "without profiles there is no hook" (lib.mkShellHook { profiles = { }; }) "")
]
