/**
  Nothing that the agent does changes a file: no tool that writes, no shell
  outside a read-only sandbox, no host command, no MCP server.

  # Type

  ```
  cannotWrite :: Policy
  ```

  # Examples

  ```nix
  policies.reviewer = [ policy.cannotWrite ];
  ```
*/
import ./cannotWriteExcept.nix { mcpServers = [ ]; }
