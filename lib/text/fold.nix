# A text in which letters that differ only by case are the same. go/manifest makes the
# table of what is not ASCII.
let
  inherit (builtins)
    attrNames
    attrValues
    fromJSON
    match
    readFile
    replaceStrings
    ;
  lower = import ./lower.nix;
  table = fromJSON (readFile ./fold.json);
  all = replaceStrings (attrNames table) (attrValues table);
in
text: lower (if match "[ -~]*" text != null then text else all text)
