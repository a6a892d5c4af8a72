# Two roles that are imported side by side differ in nearly everything. That is told once, in
# place of a conflict for each field; conflicts with other layers stay.
#
# twoRoles :: { layers; faults; } -> [ Problem ]
let
  inherit (builtins)
    all
    any
    concatStringsSep
    elemAt
    filter
    isAttrs
    isString
    ;

  isClash = fault: fault.code == "conflict" && fault.at == [ "role" ];
in
{ layers, faults }:
let
  clashes = filter isClash faults;
  clash = builtins.head clashes;

  layer = elemAt layers;
  # Layers that are of one import: the same, or one above the other.
  akin =
    a: b:
    a == b || (layer a).reach ? ${(layer b).key} || (layer b).reach ? ${(layer a).key};
  ofRoles = fault: all (n: any (akin n) clash.layers) fault.layers;

  roleOf =
    n:
    let
      role = (layer n).body.role or null;
      plain = if isAttrs role && role ? content then role.content else role;
    in
    if isString plain then "`${plain}`" else "another";
in
if clashes == [ ] then
  faults
else
  filter (fault: fault.code != "conflict" || !(ofRoles fault)) faults
  ++ [
    {
      code = "two-roles";
      at = [ "role" ];
      message = "${concatStringsSep " and " (map roleOf clash.layers)} are both imported, but a profile has one role";
      expected = "one role";
      hint = "import one of them; make the other a subagent or a separate profile";
      inherit (clash) positions;
    }
  ]
