# What to write in place of an event at which only other programs run hooks, or null.
let
  inherit (builtins)
    attrNames
    fromJSON
    head
    filter
    readFile
    stringLength
    ;
  lower = import ../text/lower.nix;
  hints = fromJSON (readFile ../schema/foreignEvents.json);
in
event:
let
  meant = filter (name: lower name == lower event) (attrNames hints);
in
if stringLength event > 64 || meant == [ ] then null else hints.${head meant}
