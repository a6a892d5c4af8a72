/**
  The MCP servers whose tools the Pod can use, all or some.

  # Type

  ```
  mcpTools :: Manifest -> [ String ]
  ```
*/
manifest:
let
  inherit (builtins) attrNames filter;

  offers = import ./offers.nix;
in
filter (name: offers manifest "mcp__${name}__*") (attrNames manifest.mcpServers)
