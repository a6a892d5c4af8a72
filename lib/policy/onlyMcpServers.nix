/**
  The manifest has no MCP servers but these, and no tool that may be one of another.

  # Inputs

  `names`
  : names of MCP servers

  # Type

  ```
  onlyMcpServers :: [ String ] -> Policy
  ```
*/
names:
import ./make.nix "only-mcp-servers" (
  manifest:
  map (name: {
    at = [
      "mcpServers"
      name
    ];
    message = "there is an MCP server `${name}`";
    expected =
      if names == [ ] then "no MCP servers" else "one of: ${builtins.concatStringsSep ", " names}";
  }) (builtins.filter (name: !(builtins.elem name names)) (builtins.attrNames manifest.mcpServers))
  ++ import ./unknownTools.nix manifest
)
