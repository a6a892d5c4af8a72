# Whether a value is allowed at a node, at this path, by its type. Returns null, or the
# beginning of a problem { code; message; expected; hint? }; its message never shows the value.
let
  inherit (builtins) hasContext typeOf;
in
node: at: value:
let
  type = typeOf value;
in
if
  node.accepts ? ${type}
  && (type != "string" || !hasContext value)
  && (type != "set" || !(value ? outPath || value ? __toString || value ? __functor))
then
  null
else
  import ./misfitFault.nix node at value
