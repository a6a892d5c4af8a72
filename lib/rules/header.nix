# rule-header-name and rule-header-value: headers that a profile sets. The sender alone sets
# headers that decide where a request ends or goes.
let
  inherit (builtins)
    elem
    isString
    match
    replaceStrings
    ;
  controls = import ../text/controls.nix;
  lower = import ../text/lower.nix;
  escape = import ../text/escape.nix;
  shown = import ../text/shown.nix;
  hasControl = text: replaceStrings controls.all controls.nothing text != text;

  own = [
    "connection"
    "content-length"
    "expect"
    "host"
    "keep-alive"
    "te"
    "trailer"
    "transfer-encoding"
    "upgrade"
  ];
in
{
  name =
    at: name:
    if isString name && (elem (lower name) own || match "proxy-.*" (lower name) != null) then
      [
        {
          code = "rule-header-name";
          inherit at;
          message = "the header `${escape (shown name)}` cannot be set in a profile: the connection sets it";
          expected = "a header such as Authorization";
          hint = "remove it, or use the header that the API asks for";
        }
      ]
    else
      [ ];

  text =
    at: text:
    if isString text && hasControl text then
      [
        {
          code = "rule-header-value";
          inherit at;
          message = "contains a control character such as a line break (value not shown)";
          expected = "one line without control characters";
          hint = "remove it; a trailing line break often comes from readFile";
        }
      ]
    else
      [ ];
}
