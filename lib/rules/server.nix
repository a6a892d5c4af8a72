# rule-mcp-transport, and the rules about addresses and headers: how an MCP server is reached.
let
  inherit (builtins) isString;
  address = import ./address.nix;
  headers = import ./headers.nix;
in
at: server:
let
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
  choice = "command for a local server, or url for a remote one";
  type = if isString (server.type or null) then server.type else "";
in
headers (at ++ [ "headers" ]) (server.headers or null)
++ address (at ++ [ "url" ]) (server.url or null)
++ (import ./format.nix).rules at server
++ (
  if server ? command && server ? url then
    transport at "has both command and url" choice "remove one of the two"
  else if !(server ? command || server ? url) then
    transport at "has neither command nor url" choice "set one of the two"
  else if type == "stdio" && server ? url then
    transport (
      at ++ [ "type" ]
    ) "must not be stdio when url is set" "http or sse" "set type to \"http\" or \"sse\""
  else if (type == "http" || type == "sse") && server ? command then
    transport (at ++ [ "type" ]) "must be stdio when command is set, got ${type}" "stdio"
      "set type to \"stdio\", or set url in place of command"
  else
    [ ]
)
