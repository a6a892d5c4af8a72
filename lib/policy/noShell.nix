/**
  Neither the Pod nor a subagent runs commands, in the sandbox or outside of it.

  # Type

  ```
  noShell :: Policy
  ```
*/
import ./make.nix "no-shell" (
  manifest: import ./toolsAbsent.nix [ "bash" ] manifest ++ import ./hostCommands.nix manifest
)
