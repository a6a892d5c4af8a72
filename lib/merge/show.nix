# A short rendering of a value that is not a secret, for the notes of a conflict.
value:
let
  inherit (builtins)
    attrNames
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    stringLength
    substring
    ;
  escape = import ../text/escape.nix;
in
if value == null then
  "null"
else if isString value then
  let
    whole = import ../text/shown.nix value;
  in
  "\"${escape (if stringLength whole > 60 then substring 0 57 whole + "…" else whole)}\""
else if isInt value then
  toString value
else if isBool value then
  (if value then "true" else "false")
else if isList value then
  "a list of ${toString (length value)}"
else if isAttrs value then
  "a set of ${toString (length (attrNames value))}"
else
  "a ${builtins.typeOf value}"
