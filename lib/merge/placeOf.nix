# The position of an attribute set: that of its name, or of its first field; null if Nix
# does not know it.
let
  inherit (builtins)
    attrNames
    filter
    head
    unsafeGetAttrPos
    ;
  foreign = import ./foreign.nix;
in
set:
let
  known = filter foreign (
    map (name: unsafeGetAttrPos name set) ((if set ? name then [ "name" ] else [ ]) ++ attrNames set)
  );
in
if known == [ ] then null else { inherit (head known) file line column; }
