# rule-mcp-transport and rule-header-value: how an MCP server is reached.
let
  inherit (builtins)
    attrNames
    concatMap
    isAttrs
    isString
    replaceStrings
    ;
  controls = import ../text/controls.nix;
  hasControl = text: replaceStrings controls.all controls.nothing text != text;
in
at: server:
let
  headers = if isAttrs (server.headers or null) then server.headers else { };
  transport = at: message: expected: hint: [
    {
      code = "rule-mcp-transport";
      inherit
        at
        message
        expected
        hint
        ;
    }
  ];
  choice = "command for a server that is started, or url for one that is reached";
  type = if isString (server.type or null) then server.type else "";
in
concatMap (
  name:
  let
    header = headers.${name};
  in
  concatMap (
    part:
    if isAttrs header && isString (header.${part} or null) && hasControl header.${part} then
      [
        {
          code = "rule-header-value";
          at = at ++ [
            "headers"
            name
            part
          ];
          message = "a header holds a control character such as a line break (the value is not shown)";
          expected = "one line without control characters";
          hint = "remove it; a trailing line break often comes from readFile";
        }
      ]
    else
      [ ]
  ) [ "value" "template" ]
) (attrNames headers)
++ (import ./format.nix).rules at server
++ (
  if server ? command && server ? url then
    transport at "has both command and url" choice "remove one of the two"
  else if !(server ? command || server ? url) then
    transport at "has neither command nor url" choice "set one of the two"
  else if type == "stdio" && server ? url then
    transport (
      at ++ [ "type" ]
    ) "a stdio server is started, but url is set" "http or sse" "set type to \"http\" or \"sse\""
  else if (type == "http" || type == "sse") && server ? command then
    transport (at ++ [ "type" ]) "a server reached over ${type} has no command" "stdio"
      "set type to \"stdio\", or set url in place of command"
  else
    [ ]
)
