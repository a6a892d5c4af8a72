# Makes text safe for a terminal: control characters, and the marks that change the
# direction of writing, are shown as escapes. Newlines are escaped too.
let
  inherit (builtins)
    concatStringsSep
    fromJSON
    genList
    replaceStrings
    substring
    ;

  digits = "0123456789abcdef";
  digit = n: substring n 1 digits;
  hex = n: "${digit (n / 16)}${digit (n - (n / 16) * 16)}";

  # A Nix string cannot contain U+0000.
  low = map (n: "00${hex n}") (genList (n: n + 1) 31);
  high = map (n: "00${hex n}") (genList (n: n + 127) 33);
  marks = [
    "200e"
    "200f"
    "2028"
    "2029"
    "202a"
    "202b"
    "202c"
    "202d"
    "202e"
    "2066"
    "2067"
    "2068"
    "2069"
  ];
  codes = low ++ high ++ marks;
in
replaceStrings (fromJSON "[${concatStringsSep "," (map (code: ''"\u${code}"'') codes)}]") (
  map (code: "\\u${code}") codes
)
