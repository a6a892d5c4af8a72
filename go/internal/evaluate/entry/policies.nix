# The checks of a flake that are called as policies are, without forcing one: those of
# this system, or of another where the flake has none for it, since a policy is the same
# on every system. `prefix` is what their names begin with.
{ system, prefix }:
checks:
let
  inherit (builtins)
    attrNames
    filter
    head
    isAttrs
    removeAttrs
    stringLength
    substring
    ;
  systems = if isAttrs checks then attrNames checks else [ ];
  own =
    if systems == [ ] then
      { }
    else
      checks.${system} or checks.${head systems};
in
if isAttrs own then
  removeAttrs own (
    filter (name: substring 0 (stringLength prefix) name != prefix) (attrNames own)
  )
else
  { }
