# Reads a part of a pattern: null, or why it is refused. `special` are the characters that
# need a backslash to be themselves, and only these have one; `one` makes `?` a wildcard.
{
  special,
  one ? false,
}:
let
  inherit (builtins) elem foldl' replaceStrings;
  characters = import ./characters.nix;
  quote = import ./quote.nix;
  specials = characters.of special;

  shown = c: if c == " " then "a space" else quote c;

  begin = {
    escaped = false;
    star = false;
    problem = null;
  };
in
text: pattern:
let
  refuse = message: hint: {
    message = "pattern ${quote pattern}: ${message}";
    inherit hint;
  };
  step =
    state: c:
    let
      isSpecial = elem c specials;
      refused = message: hint: state // { problem = refuse message hint; };
    in
    if state.problem != null then
      state
    else if state.escaped then
      if isSpecial then
        begin
      else
        refused "a backslash before ${shown c}, which needs none"
          "remove it; a backslash itself is two: `\\\\`"
    else if c == "\\" then
      {
        escaped = true;
        star = false;
        problem = null;
      }
    else if c == "*" then
      if state.star then
        refused "stars in a row have no meaning here" "write one star; a star itself is `\\*`"
      else
        begin // { star = true; }
    else if isSpecial && c != ":" && c != "|" && !(one && c == "?") then
      refused "${shown c} has no meaning in this pattern" "write `\\${c}` for the character itself"
    else
      begin;
  end = foldl' step begin (characters.of text);
in
# Most parts hold none of them.
if replaceStrings specials (map (_: "") specials) text == text then
  null
else if end.problem != null then
  end.problem
else if end.escaped then
  refuse "ends in a backslash that escapes nothing" "remove it; a backslash itself is two: `\\\\`"
else
  null
