/**
  Nothing that the agent does changes a file: no tool that writes, no shell
  outside a read-only sandbox, no host command, no MCP server but the ones that are trusted.

  # Inputs

  `mcpServers`
  : names of MCP servers that are known to change nothing

  # Type

  ```
  cannotWriteExcept :: { mcpServers :: [ String ]; } -> Policy
  ```

  # Examples

  ```nix
  policies.reviewer = [ (policy.cannotWriteExcept { mcpServers = [ "docs" ]; }) ];
  ```
*/
{ mcpServers }:
import ./make.nix "cannot-write" (
  manifest:
  let
    inherit (builtins) elem filter;

    sandboxed = manifest.sandbox.filesystem == "read-only";
  in
  import ./toolsAbsent.nix [
    "edit"
    "write"
  ] manifest
  ++ (
    if sandboxed then
      [ ]
    else
      [
        {
          at = [
            "sandbox"
            "filesystem"
          ];
          message = "commands may write: `sandbox.filesystem` is `${manifest.sandbox.filesystem}`";
          expected = "read-only";
        }
      ]
  )
  ++ import ./hostCommands.nix manifest
  ++ (
    if manifest.sandbox.nix or false then
      [
        {
          at = [
            "sandbox"
            "nix"
          ];
          message = "commands reach the Nix daemon, which writes for them outside the sandbox";
          hint = "remove `sandbox.nix`";
        }
      ]
    else
      [ ]
  )
  ++ map (name: {
    at = [
      "mcpServers"
      name
    ];
    message = "the MCP server `${name}` is offered, and its tools may write";
    hint = "name it in `policy.cannotWriteExcept { mcpServers = [ … ]; }` if they do not";
  }) (filter (name: !(elem name mcpServers)) (import ./mcpTools.nix manifest))
)
