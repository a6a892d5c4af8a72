# Runs the merge cases.
let
  inherit (builtins)
    elemAt
    length
    replaceStrings
    sort
    toJSON
    ;
  load = import ../validate/load.nix;
  collect = import ../merge/collect.nix;
  merge = import ../merge/merge.nix;
  removed = import ../merge/removed.nix;
  path = import ../problem/path.nix;
  node = load (import ./merge-schema.nix);

  t = {
    mkOverride = import ../priorities/mkOverride.nix;
    mkForce = import ../priorities/mkForce.nix;
    mkDefault = import ../priorities/mkDefault.nix;
    mkBefore = import ../priorities/mkBefore.nix;
    mkAfter = import ../priorities/mkAfter.nix;
    mkIf = import ../priorities/mkIf.nix;
    mkMerge = import ../priorities/mkMerge.nix;
  };
  profile = value: {
    _type = "insomnia.profile";
    layers.root = { inherit value; };
  };
  insomnia = {
    lib = {
      mkProfile = profile;
    };
    insomniaProfiles = { };
  };
  cases = import ./merge-cases.nix {
    inherit t profile;
    inherit (import ../secrets.nix) ref;
    layer = ./layers;
  };

  run =
    root:
    let
      collected = collect insomnia { value = root; };
      merged = merge {
        inherit (collected) layers;
        inherit node;
        rootOnly = [ "name" ];
      };
    in
    merged // { faults = collected.faults ++ merged.faults; };

  has = part: text: replaceStrings [ part ] [ "" ] text != text;
  sorted = sort (a: b: a < b);
  place = pos: "${baseNameOf pos.file}:${toString pos.line}";

  check =
    case:
    let
      result = run case.root;
      first = elemAt result.faults 0;
      got = {
        inherit (result) value;
        problems = sorted (map (fault: "${fault.code} ${path.dotted fault.at}") result.faults);
        removed = sorted (map path.dotted (removed.paths result.tree));
        weak = sorted (map (weak: "${path.dotted weak.at} ${toString weak.prio}") result.weak);
      }
      // (if case ? places then { places = map place first.positions; } else { })
      // (if case ? placeCount then { placeCount = length first.positions; } else { })
      // (if case ? message then { message = has case.message first.message; } else { })
      // (if case ? hint then { hint = has case.hint (first.hint or ""); } else { })
      // (if case ? absent then { absent = !(has case.absent (toJSON result.faults)); } else { });
      expected = {
        inherit (case) value;
        problems = sorted (case.problems or [ ]);
        removed = sorted (case.removed or [ ]);
        weak = sorted (case.weak or [ ]);
      }
      // (if case ? places then { inherit (case) places; } else { })
      // (if case ? placeCount then { inherit (case) placeCount; } else { })
      // (if case ? message then { message = true; } else { })
      // (if case ? hint then { hint = true; } else { })
      // (if case ? absent then { absent = true; } else { });
    in
    {
      name = "merge: ${case.name}";
      ok = got == expected;
      inherit got expected;
    };
in
map check cases
