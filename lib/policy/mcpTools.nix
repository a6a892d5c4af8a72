/**
  The MCP servers whose tools the Pod or a subagent can use, all or some.

  # Type

  ```
  mcpTools :: Manifest -> [ String ]
  ```
*/
manifest:
let
  inherit (builtins) any attrNames filter;

  holders = import ./holders.nix manifest;
  offers = import ./offers.nix manifest;
in
filter (name: any (holder: offers holder.value "mcp__${name}__*") holders) (
  attrNames manifest.mcpServers
)
