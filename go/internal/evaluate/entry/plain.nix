# The part of what describe.nix gives that needs no report, for the installed Nix: its
# JSON does not tell a path from text, and of a float it has the first six digits.
answer:
let
  inherit (builtins) hasContext replaceStrings toXML;
  xml = toXML (answer.unjudged or null);
  odd = [
    "<path "
    "<function"
    "<derivation"
    "<unevaluated"
    "<float "
    "<attr name=\"outPath\""
    "<attr name=\"__toString\""
    "<attr name=\"__functor\""
  ];
in
removeAttrs answer [ "report" ]
// (
  if hasContext xml || replaceStrings odd (map (_: "") odd) xml != xml then
    { unjudged = null; }
  else
    { }
)
