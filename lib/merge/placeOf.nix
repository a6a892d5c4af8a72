# Where an attribute set stands: the place of its name, or of its first field; null when Nix
# does not know.
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
