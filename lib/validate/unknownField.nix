# The problem of a field that does not exist: what exists, and what was likely meant. A
# search among many thousands of names takes long and does not help: `crowded` is true
# for a set that has far more names than there are fields.
crowded: node: at: name: value:
let
  inherit (builtins) attrNames concatStringsSep stringLength;
  names = attrNames node.props;
  hints = import ./meant.nix;
  rules = hints.rules at name value;
  setting = hints.setting at name;
  meant = if crowded then null else import ../text/suggest.nix name names;
  whole = import ../text/shown.nix name;
  shown = import ../text/escape.nix (
    if stringLength whole > 64 then builtins.substring 0 64 whole + "…" else whole
  );
in
{
  code = "unknown-field";
  at = at ++ [ name ];
  message = "unknown field `${shown}`";
  expected = if names == [ ] then "no field at all" else "one of: ${concatStringsSep ", " names}";
}
// (
  if rules != null then
    { hint = rules; }
  else if setting != null then
    { hint = setting; }
  else if meant == null then
    { }
  else
    { hint = "did you mean `${meant}`?"; }
)
