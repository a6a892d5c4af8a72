/**
  Makes a definition win over plain ones, wherever they stand (priority 50). On a list or a
  free map (`mcpServers`, `skills`, …) it replaces the whole.

  # Inputs

  `content`
  : the value

  # Type

  ```
  mkForce :: a -> Tagged a
  ```

  # Examples

  ```nix
  permissions.mode = insomnia.lib.mkForce "plan";
  ```
*/
content: import ./mkOverride.nix 50 content
