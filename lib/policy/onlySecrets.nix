/**
  The manifest refers to no secrets but these.

  # Inputs

  `names`
  : names of secrets; one that ends in `*` covers all that begin so

  # Type

  ```
  onlySecrets :: [ String ] -> Policy
  ```

  # Examples

  ```nix
  policies.coder = [ (policy.onlySecrets [ "anthropic.api.*" ]) ];
  ```
*/
names: import ./make.nix "only-secrets" (import ./secretFindings.nix names)
