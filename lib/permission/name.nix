# Why a pattern for the names of subagents or skills is refused, or null.
what: pattern:
let
  inherit (builtins)
    filter
    head
    match
    ;
  contains = import ../text/contains.nix;
  quote = import ./quote.nix;
  strange = filter (c: match "[A-Za-z0-9_.*-]" c == null) ((import ./characters.nix).of pattern);
  shown = if head strange == " " then "a space" else quote (head strange);

  bad = message: hint: {
    message = "pattern ${quote pattern}: ${message}";
    inherit hint;
  };
in
if match "[A-Za-z0-9_.*-]*" pattern == null then
  bad "must be the name of a ${what}, got ${shown} in it"
    "write letters, digits, `-`, `_` and `.`, with `*` for any of them"
else if contains "**" pattern then
  bad "stars in a row have no meaning here" "write one star"
else
  null
