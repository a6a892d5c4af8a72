# Finds one profile below a flake output and describes it.
#
# `path` is the attribute path below `root`; empty means the only profile there
# is. Answers with `status`:
#   found    with the fields of describe.nix
#   missing  `at`: how far the path exists; `names`: what is there instead
#   choose   `names`: there is not exactly one
{ describe, path }:
root:
let
  inherit (builtins)
    attrNames
    elemAt
    head
    isAttrs
    length
    unsafeGetAttrPos
    ;

  names = v: if isAttrs v then attrNames v else [ ];

  found =
    name: parent: where:
    {
      status = "found";
      inherit name;
    }
    // describe {
      value = parent.${name};
      position = unsafeGetAttrPos name parent;
      inherit where;
    };

  walk =
    depth: v:
    let
      name = elemAt path depth;
    in
    if !(isAttrs v && v ? ${name}) then
      {
        status = "missing";
        at = depth;
        names = names v;
      }
    else if depth + 1 == length path then
      found name v path
    else
      walk (depth + 1) v.${name};
in
if path != [ ] then
  walk 0 root
else if length (names root) == 1 then
  found (head (names root)) root (names root)
else
  {
    status = "choose";
    names = names root;
  }
