/**
  Neither the Pod nor a subagent runs commands.

  # Type

  ```
  noShell :: Policy
  ```
*/
import ./make.nix "no-shell" (import ./toolsAbsent.nix [ "bash" ])
