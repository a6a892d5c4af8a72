# What is wrong with a text that is not of the form of a pattern, and what to write: { message;
# hint; }, or null where nothing is known but the form. go/manifest/form.go says the same.
# Neither shows an address: it may hold a password.
form: text:
let
  inherit (builtins)
    filter
    head
    isString
    match
    split
    stringLength
    substring
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  quote = import ../text/quote.nix;
  hostName = import ../permission/hostName.nix;

  rest =
    if begins "https://" text then
      substring 8 (-1) text
    else if begins "http://" text then
      substring 7 (-1) text
    else
      null;
  authority = head (filter isString (split "[/?#]" rest));
  ported = match "(.*):([^]:]*)" authority;
  host = if ported == null then authority else head ported;
  inherit (hostName host) problem;
  path = substring (stringLength authority) (-1) rest;
in
if form == "a language tag" then
  let
    tag = (import ../text/language.nix).near text;
  in
  if tag == null then
    null
  else
    {
      message = "${quote text} is not a language tag";
      hint = "did you mean `${tag}`?";
    }
else if form != "an address" then
  null
else if rest == null then
  {
    message = "an address must begin with https:// or http://";
    hint = "write the whole address, as in https://api.example.org/v1";
  }
else if contains "@" authority then
  {
    message = "an address has no user";
    hint = "leave out all up to the `@`; a key goes into auth or headers";
  }
else if problem != null then
  problem
else if contains "#" path then
  {
    message = "an address has no fragment";
    hint = "leave out all from the `#` on";
  }
else if path != "" then
  {
    message = "the path of an address is ASCII without spaces";
    hint = "write other characters as percent escapes, such as %20 for a space";
  }
else
  {
    message = "the port of an address is a number";
    hint = "write the port that the server listens on";
  }
