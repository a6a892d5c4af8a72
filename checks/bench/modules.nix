# A module system at work: 100 options with defaults, half of them set.
{ lib }:
let
  numbers = lib.range 1 100;
  name = n: "option${toString n}";
in
(lib.evalModules {
  modules = [
    {
      options = lib.listToAttrs (
        map (n: {
          name = name n;
          value = lib.mkOption {
            type = lib.types.int;
            default = n;
          };
        }) numbers
      );
    }
    {
      config = lib.listToAttrs (
        map (n: {
          name = name n;
          value = n * 2;
        }) (lib.filter (n: lib.mod n 2 == 0) numbers)
      );
    }
  ];
}).config
