# Why a text cannot name hosts of an allowlist, or null: a host name or an IP address, with
# or without a port, `*.` and a domain for its subdomains, or a group of hosts. Where `ports`
# is false, results of a search are filtered, by host alone. The Go package
# permission/grammar decides the same.
{ ports }:
text:
let
  inherit (builtins)
    elem
    elemAt
    filter
    head
    isString
    length
    match
    split
    stringLength
    substring
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  ends = import ../text/ends.nix;
  hostName = import ./hostName.nix;
  quote = import ./quote.nix;

  refuse = message: hint: {
    message = "domain ${quote text}: ${message}";
    inherit hint;
  };

  schemed = filter isString (split "://" text);
  host = rest: head (filter isString (split "/" rest));

  # An IPv6 address needs no brackets where no port follows it.
  bare = contains ":" text && (hostName "[${text}]").problem == null;
  # Null where there is no port; a colon in brackets begins none.
  ported = if bare then null else match "(.*):([^]:]*)" text;
  port = elemAt ported 1;
  badPort =
    ported != null
    && (match "[1-9][0-9]{0,4}" port == null || (stringLength port == 5 && port > "65535"));
  name =
    if bare then
      "[${text}]"
    else if ported == null then
      text
    else
      head ported;
  below = begins "*." name;
  domain = if below then substring 2 (-1) name else name;
  judged = hostName domain;
in
if ports && begins "@" text then
  if
    elem text [
      "@packages"
      "@git-remotes"
      "@nix"
    ]
  then
    null
  else
    refuse "unknown group"
      "write `@packages` for the registries of this machine's package managers, `@git-remotes` for the hosts of the workspace's remotes, or `@nix` for what builds of its Nix daemon reach"
else if text == "" then
  {
    message = "the domain is empty";
    hint = "write a host, such as `example.com`, or remove the entry";
  }
else if text == "*" then
  refuse "a star alone is every host" (
    if ports then
      "set network = \"full\" and remove allowedDomains"
    else
      "leave the list empty for every host"
  )
else if length schemed > 1 then
  refuse "a domain has no scheme such as ${quote "${head schemed}://"}" "write the host alone: ${quote (host (elemAt schemed 1))}"
else if contains "/" text then
  refuse "a domain has no path" "write the host alone: ${quote (host text)}"
else if badPort then
  refuse "the port must be a number from 1 to 65535"
    "write a number from 1 to 65535, or leave the port out for 80 and 443"
else if ported != null && !ports then
  refuse "results are filtered by host, not by port" "write ${quote name}"
else if contains "*" domain then
  refuse "a star may only be the first label"
    "write `*.` and the domain for its subdomains, such as `*.example.com`"
else if judged.problem != null then
  refuse judged.problem.message judged.problem.hint
else if ends "." domain then
  refuse "ends in a dot" "write ${quote (substring 0 (stringLength text - 1) text)}"
else if below && judged.ip then
  refuse "an IP address has no subdomains" "write each address"
else
  null
