/**
  A finding for each secret of a manifest that is not one of these.

  # Inputs

  `names`
  : names of secrets; one that ends in `*` covers all that begin so

  # Type

  ```
  secretFindings :: [ String ] -> Manifest -> [ Finding ]
  ```
*/
names: manifest:
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
