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
else if form == "a host" then
  if contains "://" text then
    {
      message = "a host must not contain a scheme: services use https";
      hint = "write the host alone, without the scheme and the path";
    }
  else if contains "@" text then
    {
      message = "a host must not contain a user";
      hint = "remove everything up to the `@`; put the credential in auth";
    }
  else if contains "/" text then
    {
      message = "a host must not contain a path";
      hint = "remove the `/` and everything after it; list paths in paths";
    }
  else if contains "*" text then
    {
      message = "a service must be a single host";
      hint = "define a service for each host";
    }
  else if contains "[" text || match "[^:]*:[^:]*:.*" text != null then
    {
      message = "a host must be a name or an IPv4 address";
      hint = "write a name that resolves to the address";
    }
  else if import ../text/lower.nix text != text then
    {
      message = "a host must be lowercase";
      hint = "write it in lowercase";
    }
  else if contains ":" text then
    {
      message = "the port of a host must be from 1 to 65535";
      hint = "write the port that the service listens on";
    }
  else
    null
else if form == "a request path" then
  if !(begins "/" text) then
    {
      message = "a request path must begin with /";
      hint = "write the path from the root of the host, such as /repos/**";
    }
  else if contains "%" text then
    {
      message = "a request path must not contain percent escapes";
      hint = "write the character itself: paths are compared decoded";
    }
  else if contains "?" text || contains "#" text then
    {
      message = "a request path must not contain a query or a fragment";
      hint = "remove the `?` or `#` and everything after it: queries are not compared";
    }
  else if contains "/./" "${text}/" || contains "/../" "${text}/" || contains "//" text then
    {
      message = "a request path must not contain `//`, `.` or `..`";
      hint = "write the resolved path";
    }
  else
    {
      message = "a request path must be ASCII without spaces";
      hint = "write * for a part with other characters";
    }
else if form != "an address" then
  null
else if rest == null then
  {
    message = "an address must begin with https:// or http://";
    hint = "write the whole address, such as https://api.example.org/v1";
  }
else if contains "@" authority then
  {
    message = "an address must not contain a user";
    hint = "remove everything up to the `@`; put a key in auth or headers";
  }
else if problem != null then
  problem
else if contains "#" path then
  {
    message = "an address must not contain a fragment";
    hint = "remove the `#` and everything after it";
  }
else if path != "" then
  {
    message = "the path of an address must be ASCII without spaces";
    hint = "percent-encode other characters, such as %20 for a space";
  }
else
  {
    message = "the port of an address must be a number";
    hint = "write the port that the server listens on";
  }
