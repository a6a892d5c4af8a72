# Lower case of ASCII.
let
  inherit (builtins) genList replaceStrings substring;
  letters = alphabet: genList (n: substring n 1 alphabet) 26;
in
replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz")
