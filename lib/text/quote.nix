# A text in quotes for a message: escaped, and cut when it is long.
text:
let
  inherit (builtins) replaceStrings stringLength substring;
  escape = import ./escape.nix;
  shown = if stringLength text > 60 then substring 0 60 text + "…" else text;
in
"\"${escape (replaceStrings [ "\\" "\"" ] [ "\\\\" "\\\"" ] shown)}\""
