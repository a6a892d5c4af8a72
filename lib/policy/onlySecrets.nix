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
names:
import ./make.nix "only-secrets" (
  manifest:
  let
    inherit (builtins) any concatStringsSep filter;

    covers = import ../reach/covers.nix;
    found = import ./secretsOf.nix manifest;
  in
  map (secret: {
    inherit (secret) at;
    message = "the secret `${secret.name}` is used here";
    expected = if names == [ ] then "no secrets" else "one of: ${concatStringsSep ", " names}";
  }) (filter (secret: !(any (name: covers "name" name secret.name) names)) found)
)
