# A text between backticks, so that it cannot pass for the sentence around it. Package diag
# quotes alike, and adds remarks on letters that look like others.
text:
let
  inherit (builtins)
    concatStringsSep
    elemAt
    fromJSON
    genList
    length
    match
    stringLength
    substring
    ;
  characters = import ./characters.nix;
  contains = import ../text/contains.nix;
  whole = import ../text/shown.nix text;

  list = characters.of whole;
  count = length list;

  # How many of one character follow each other from a place on.
  run = n: if n + 1 < count && elemAt list n == elemAt list (n + 1) then 1 + run (n + 1) else 1;

  control = c: substring 3 2 "\\u${characters.hexOf c}" == "00";
  named = {
    ${fromJSON ''"\n"''} = "\\n";
    ${fromJSON ''"\r"''} = "\\r";
    ${fromJSON ''"\t"''} = "\\t";
    "`" = "\\u{60}";
    "\\" = "\\\\";
  };
  escape =
    c:
    named.${c} or (
      if stringLength c == 1 then
        "\\x${substring 2 2 (characters.hexOf c)}"
      else
        "\\u{${characters.hexOf c}}"
    );

  shown =
    n:
    let
      c = elemAt list n;
      space = c == " ";
      counted = space || characters.hidden c;
      alike = run n;
    in
    if counted && n > 0 && elemAt list (n - 1) == c then
      if space || alike + before n > 3 then "" else escape c
    else if space && alike > 1 then
      "\\{${toString alike}×space}"
    else if space then
      if n > 0 && n + 1 < count then " " else "\\{space}"
    else if counted && alike > 3 then
      "\\{${toString alike}×${characters.named c}}"
    else if counted || c == "`" || c == "\\" then
      escape c
    else
      c;
  # The number of repetitions of the same character before a place.
  before = n: if n > 0 && elemAt list (n - 1) == elemAt list n then 1 + before (n - 1) else 0;

  plain = match "[^ \\\\`]([^\\\\`]*[^ \\\\`])?" whole != null && !(contains "  " whole);
in
if whole == "" || (plain && characters.unusual whole == [ ]) then
  "`${whole}`"
else
  "`${concatStringsSep "" (genList shown count)}`"
