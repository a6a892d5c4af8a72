# What the library gives beside profiles: order tags, the flake schema.
let
  inherit (builtins) map;
  lib = import ../.;
  test = (import ./build.nix).test "outputs";
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
]
