# How other programs write rules, for the hints.
let
  inherit (builtins)
    elemAt
    fromJSON
    match
    readFile
    replaceStrings
    stringLength
    substring
    ;
  ends = import ../text/ends.nix;
  lowerAscii = import ../text/lower.nix;
  # Beyond ASCII, these two have an ASCII letter as their lowercase.
  lower =
    text:
    replaceStrings [ (fromJSON ''"\u0130"'') (fromJSON ''"\u212a"'') ] [ "i" "k" ] (
      lowerAscii text
    );
  table = fromJSON (readFile ./foreignTools.json);

  # A text without the suffix that it has.
  cut = suffix: text: substring 0 (stringLength text - stringLength suffix) text;
in
rec {
  inherit cut lower;

  # WebFetch, web_fetch and web-fetch are one name, and so is one that ends in "tool".
  normalize =
    name:
    let
      letters = replaceStrings [ "_" "-" "." " " ] [ "" "" "" "" ] (lower name);
    in
    if stringLength name > 128 then
      ""
    else if ends "tool" letters && letters != "tool" then
      cut "tool" letters
    else
      letters;

  # The tool that a name of another program means: null if it is not known, "" if there is none.
  toolOf = name: table.${normalize name} or null;

  # Bash(git push:*), as [ "Bash" "git push*" ]; null for what is not written so.
  withPattern =
    text:
    let
      parts = match "([^( */~.]+)[(](.*)[)]" text;
    in
    if parts == null then
      null
    else
      [
        (elemAt parts 0)
        (translated (elemAt parts 1))
      ];

  # What follows domain:, host: or url:, or null.
  host =
    pattern:
    let
      parts = match "((domain|host|url):).*" (lowerAscii pattern);
    in
    if parts == null then null else trim (substring (stringLength (elemAt parts 0)) (-1) pattern);

  trim =
    text:
    let
      parts = match "[ \t\r\n]*([^ \t\r\n](.*[^ \t\r\n])?)[ \t\r\n]*" text;
    in
    if parts == null then "" else elemAt parts 0;

  # The pattern of another program in our form.
  translated =
    pattern:
    if ends ":*" pattern then
      cut ":*" pattern + "*"
    else if host pattern != null then
      host pattern
    else if match "//.*" pattern != null then
      "/" + elemAt (match "/*(.*)" pattern) 0
    else if pattern == "" then
      "*"
    else
      pattern;
}
