# The name in lowercase letters, digits and hyphens that comes nearest to a text, or null.
text:
let
  inherit (builtins)
    concatStringsSep
    filter
    isString
    split
    stringLength
    ;
  lower = import ./lower.nix;
  parts = filter (part: isString part && part != "") (split "[^a-z0-9]+" (lower text));
in
if stringLength text > 64 || parts == [ ] then null else concatStringsSep "-" parts
