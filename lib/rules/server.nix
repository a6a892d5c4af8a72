# rule-mcp-transport: how an MCP server is reached, and what its headers are.
let
  inherit (builtins)
    attrNames
    concatMap
    isAttrs
    isString
    ;
  header = import ./header.nix;
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
    here = at ++ [
      "headers"
      name
    ];
    slot = if isAttrs headers.${name} then headers.${name} else { };
  in
  header.name here name
  ++ header.text (here ++ [ "value" ]) (slot.value or null)
  ++ header.text (here ++ [ "template" ]) (slot.template or null)
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
