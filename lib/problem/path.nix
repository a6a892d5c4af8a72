# Renders a path (a list of keys and list indices) in the two ways that problems carry it.
let
  inherit (builtins)
    concatStringsSep
    isInt
    match
    replaceStrings
    stringLength
    ;
  escape = import ../text/escape.nix;

  plain = key: key != "" && stringLength key <= 128 && match "[A-Za-z0-9_-]+" key != null;
  quote = key: "\"" + escape (replaceStrings [ "\\" "\"" ] [ "\\\\" "\\\"" ] key) + "\"";
  segment =
    index: key:
    if isInt key then
      "[${toString key}]"
    else
      (if index == 0 then "" else ".") + (if plain key then key else quote key);
in
{
  # [ "web" "search" 0 ] -> "web.search[0]"
  dotted =
    at:
    concatStringsSep "" (builtins.genList (n: segment n (builtins.elemAt at n)) (builtins.length at));

  # [ "web" "a/b" 0 ] -> "/web/a~1b/0"
  pointer =
    at:
    concatStringsSep "" (
      map (
        key: "/" + (if isInt key then toString key else replaceStrings [ "~" "/" ] [ "~0" "~1" ] key)
      ) at
    );
}
