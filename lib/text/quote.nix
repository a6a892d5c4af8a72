# A text in quotes for a message: escaped, and cut when it is long.
text:
let
  inherit (builtins) replaceStrings stringLength substring;
  escape = import ./escape.nix;
  whole = import ./shown.nix text;
  shown = if stringLength whole > 60 then substring 0 60 whole + "…" else whole;
in
"\"${escape (replaceStrings [ "\\" "\"" ] [ "\\\\" "\\\"" ] shown)}\""
