/**
  The manifest refers to no secrets at all.

  # Type

  ```
  noSecrets :: Policy
  ```
*/
import ./make.nix "no-secrets" (import ./secretFindings.nix [ ])
