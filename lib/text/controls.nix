# The control characters (U+0001 to U+001F and U+007F), for replaceStrings.
let
  inherit (builtins)
    concatStringsSep
    fromJSON
    genList
    substring
    ;
  digit = n: substring n 1 "0123456789abcdef";
  hex = n: "${digit (n / 16)}${digit (n - (n / 16) * 16)}";
  codes = map (code: ''"\u00${hex code}"'') (genList (n: n + 1) 31 ++ [ 127 ]);
  all = fromJSON "[${concatStringsSep "," codes}]";
in
{
  inherit all;
  nothing = map (_: "") all;
}
