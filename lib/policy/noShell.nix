/**
  Neither the Pod nor a delegate runs commands.

  # Type

  ```
  noShell :: Policy
  ```
*/
import ./make.nix "no-shell" (import ./toolsAbsent.nix [ "bash" ])
