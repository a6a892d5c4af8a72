# The hints that the Nix library gives to layers of a profile, by path. `layers` is a file of JSON.
{ lib, layers }:
let
  validate = import (lib + "/validate/validate.nix") { partial = true; };
  node = import (lib + "/validate/profileNode.nix");
  inherit (import (lib + "/problem/path.nix")) dotted;
in
map (
  layer:
  map (problem: "${dotted problem.at}: ${problem.hint or ""}") (validate node layer)
) (builtins.fromJSON (builtins.readFile layers))
