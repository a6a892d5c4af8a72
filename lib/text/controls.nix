# The control characters (U+0001 to U+001F and U+007F), for replaceStrings.
let
  inherit (builtins) fromJSON genList substring;
  digit = n: substring n 1 "0123456789abcdef";
  hex = n: "${digit (n / 16)}${digit (n - (n / 16) * 16)}";
  all = map (code: fromJSON ''"\u00${hex code}"'') (genList (n: n + 1) 31 ++ [ 127 ]);
in
{
  inherit all;
  nothing = map (_: "") all;
}
