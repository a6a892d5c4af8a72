# Judges a list of manifests with the Nix library. `documents` is a file of JSON.
# For each: the codes and pointers of its problems as it stands (`found`); and with
# the defaults filled in, its problems (`left`) and, when there are none, itself.
{ lib, documents }:
let
  validate = import (lib + "/validate/validate.nix") { };
  node = import (lib + "/validate/manifestNode.nix");
  rules = import (lib + "/rules.nix");
  inherit (import (lib + "/problem/path.nix")) pointer;
  check = import (lib + "/manifest/check.nix");
  judge =
    value:
    let
      checked = check value;
    in
    {
      found = map (problem: {
        inherit (problem) code;
        pointer = pointer problem.at;
      }) (validate node value ++ (if builtins.isAttrs value then rules value else [ ]));
      left = map (problem: { inherit (problem) code pointer; }) checked.problems;
      manifest = if checked.problems == [ ] then checked.manifest else null;
    };
in
map judge (builtins.fromJSON (builtins.readFile documents))
