# Why no place in the file system can be written so, or null: what holds for directories
# and for globs of files. `noun` is what it is called.
noun: text:
let
  inherit (builtins)
    filter
    head
    match
    stringLength
    ;
  characters = import ./characters.nix;
  quote = import ./quote.nix;

  refuse = message: hint: { inherit message hint; };
  bad = message: refuse "${noun} ${quote text}: ${message}";
in
if text == "" then
  refuse "the ${noun} is empty" "write a path, such as `~/.cache`, or remove the entry"
else if stringLength text > 512 then
  refuse "the ${noun} is ${toString (stringLength text)} bytes long; at most 512 are allowed"
    "write a shorter one"
else if !(characters.valid text) then
  refuse "the ${noun} is not valid UTF-8" "save the file as UTF-8"
else if match " .*|.* " text != null then
  bad "begins or ends with a space" "remove the space"
else if filter characters.hidden (characters.unusual text) != [ ] then
  bad
    "contains an invisible character: ${
      characters.named (head (filter characters.hidden (characters.of text)))
    }"
    "remove the character"
else
  null
