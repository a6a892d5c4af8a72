# rule-address: the host and the port of an address, of which the schema lets more pass.
let
  inherit (builtins)
    elemAt
    head
    isString
    match
    replaceStrings
    stringLength
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  formats = import ./format.nix;
  hostName = import ../permission/hostName.nix;

  # The pattern of the schema.
  form = "https?://([A-Za-z0-9._-]+|[A-_][0-9A-Fa-f:.]+[A-_])(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@&=%+,;!*$()-]*)?";
  judge =
    at: address:
    let
      authority = head (match "https?://([^/?]*).*" address);
      open = begins "[" authority && !(contains "]" authority);
      ported = if open then null else match "(.*):([^]:]*)" authority;
      port = elemAt ported 1;
      badPort =
        ported != null
        && (match "0*[1-9][0-9]*" port == null || (stringLength port == 5 && port > "65535"));
      host = if ported == null then authority else head ported;
      inherit (hostName host) problem;
    in
    if stringLength address > 1024 || match form address == null then
      [ ]
    else if badPort then
      [
        {
          code = "rule-address";
          inherit at;
          message = "invalid port ${port}";
          expected = "a port from 1 to 65535";
          hint = "write the port that the server listens on";
        }
      ]
    else if problem == null then
      [ ]
    else
      [
        (
          problem
          // {
            code = "rule-address";
            inherit at;
            expected = "a host name, or an IP address";
          }
        )
      ];

  # Text in which each brace is doubled or of a {}.
  isWhole =
    template: match "[^{}]*" (replaceStrings [ "{{" "}}" "{}" ] [ "" "" "" ] template) != null;
in
at: address:
if isString address then
  judge at address
else if formats.isFormat address && isString (address.template or null) && isWhole address.template then
  judge (at ++ [ "template" ]) (formats.filled address.template)
else
  [ ]
