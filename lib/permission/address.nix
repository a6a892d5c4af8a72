# Why a pattern for the addresses of `webfetch` is refused, or null.
pattern:
let
  inherit (builtins)
    concatStringsSep
    elemAt
    filter
    head
    isString
    length
    match
    replaceStrings
    split
    stringLength
    substring
    tail
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  ends = import ../text/ends.nix;
  lower = import ../text/lower.nix;
  hostName = import ./hostName.nix;
  quote = import ./quote.nix;
  # A query is not part of the path.
  glob = import ./glob.nix { special = "*?[]{}\\#"; };

  refuse = message: hint: {
    message = "pattern ${quote pattern}: ${message}";
    inherit hint;
  };

  schemed = filter isString (split "://" pattern);
  scheme = if length schemed > 1 then head schemed else null;
  rest = if scheme == null then pattern else concatStringsSep "://" (tail schemed);

  names = filter isString (split "/" rest);
  authority = head names;
  path = tail names;
  query = match "([^?#]*)[?#].*" rest;

  # Null where there is no port; a colon in brackets begins none.
  ported = match "(.*):([^]:]*)" authority;
  port = elemAt ported 1;
  badPort =
    ported != null
    && (match "[1-9][0-9]{0,4}" port == null || (stringLength port == 5 && port > "65535"));
  host = if ported == null then authority else head ported;

  below = begins "*." host;
  name = if below then substring 2 (-1) host else host;
  afterStar = head (match ".*[*]([^*]*)" name);
  domain = head (match "[.]*([^.](.*[^.])?)?[.]*" afterStar);
  judged = hostName name;

  onPath =
    text:
    if text == "" || text == "." || text == ".." then
      refuse "the path holds `.`, `..` or an empty name" "write the path that the server sees"
    else if text == "**" then
      null
    else if contains "**" text then
      refuse "two stars must be alone between slashes"
        "write `*` for a part of a name, or `**` between slashes for any number of names"
    else if contains "%" (replaceStrings [ "%2F" ] [ "" ] text) then
      refuse "the path is matched without percent escapes"
        "write the characters themselves; only `%2F` stays"
    else
      glob text pattern;
  problems = filter (problem: problem != null) (map onPath path);
  start = head (match "(.*[^/])/*" pattern);
in
if scheme == "*" then
  refuse "the scheme cannot be a wildcard" "write ${quote rest} for http and https"
else if scheme != null && lower scheme != "http" && lower scheme != "https" then
  refuse "the scheme must be http or https" "leave it out for both"
else if contains "@" authority then
  refuse "an address must not contain a user" "leave out all up to the `@`"
else if query != null then
  refuse "queries and fragments are not matched" "write ${
    quote (
      substring 0 (stringLength pattern - stringLength rest + stringLength (head query)) pattern
    )
  }"
else if badPort then
  refuse "the port must be a number from 1 to 65535" "leave it out for every port"
else if contains "*" name then
  refuse "a star may only be the first label of the host" (
    if name == "*" then
      "write `*` alone for every address"
    else if domain != null && contains "." domain then
      "write a rule for ${quote domain} and one for its subdomains: ${quote "*.${domain}"}"
    else
      "write `*.` and the domain for its subdomains, such as `*.example.com`"
  )
else if judged.problem != null then
  refuse judged.problem.message judged.problem.hint
else if below && judged.ip then
  refuse "an IP address has no subdomains" "write a rule for each address"
else if path == [ ] then
  null
else if ends "/" rest then
  refuse "ends with a slash" (
    if path == [ "" ] then
      "write ${quote start} for the whole host"
    else
      "write ${quote "${start}/**"} for the page and all below it"
  )
else if problems == [ ] then
  null
else
  head problems
