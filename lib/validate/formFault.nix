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
      message = "a host has no scheme: a service is reached over https";
      hint = "leave out all up to the `//`, and all from the next `/` on";
    }
  else if contains "@" text then
    {
      message = "a host has no user";
      hint = "leave out all up to the `@`; a credential goes into auth";
    }
  else if contains "/" text then
    {
      message = "a host has no path";
      hint = "leave out all from the `/` on; paths go into paths";
    }
  else if contains "*" text then
    {
      message = "a service is one host";
      hint = "make a service for each host";
    }
  else if contains "[" text || match "[^:]*:[^:]*:.*" text != null then
    {
      message = "a service is reached by a name or an IPv4 address";
      hint = "write a name that stands for the address";
    }
  else if import ../text/lower.nix text != text then
    {
      message = "a host is written in lowercase";
      hint = "write it in lowercase";
    }
  else if contains ":" text then
    {
      message = "the port of a host is a number from 1 to 65535";
      hint = "write the port that the service listens on";
    }
  else
    null
else if form == "a request path" then
  if !(begins "/" text) then
    {
      message = "a path of requests begins with /";
      hint = "write it from the root of the host, such as /repos/**";
    }
  else if contains "%" text then
    {
      message = "a path of requests is compared decoded";
      hint = "write the character itself in place of its percent escape";
    }
  else if contains "?" text || contains "#" text then
    {
      message = "a path of requests has no query and no fragment";
      hint = "leave out all from the `?` or `#` on; a query is not compared";
    }
  else if contains "/./" "${text}/" || contains "/../" "${text}/" || contains "//" text then
    {
      message = "a path of requests has no empty part, `.` or `..`";
      hint = "write the path that it leads to";
    }
  else
    {
      message = "a path of requests is ASCII without spaces";
      hint = "write * for the part that has other characters";
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
