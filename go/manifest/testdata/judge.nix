# Judges a list of manifests with the Nix library: for each, the codes and
# pointers of its problems. `documents` is a file of JSON.
{ lib, documents }:
let
  validate = import (lib + "/validate/validate.nix") { };
  node = import (lib + "/validate/manifestNode.nix");
  rules = import (lib + "/rules.nix");
  inherit (import (lib + "/problem/path.nix")) pointer;
  judge =
    value:
    map (problem: {
      inherit (problem) code;
      pointer = pointer problem.at;
    }) (validate node value ++ (if builtins.isAttrs value then rules value else [ ]));
in
map judge (builtins.fromJSON (builtins.readFile documents))
