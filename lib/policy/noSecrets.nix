/**
  The manifest refers to no secrets at all.

  # Type

  ```
  noSecrets :: Policy
  ```
*/
import ./onlySecrets.nix [ ]
