/**
  Every model that may be called is one of these: the Pod's own, its fallbacks,
  the small one, and those of subagents, compaction and memory.

  # Inputs

  `refs`
  : references `provider/model`; one that ends in `*` covers all that begin so

  # Type

  ```
  modelIn :: [ String ] -> Policy
  ```

  # Examples

  ```nix
  policies.coder = [ (policy.modelIn [ "anthropic/*" ]) ];
  ```
*/
refs:
import ./make.nix "model-in" (
  manifest:
  let
    inherit (builtins) any concatStringsSep filter;

    covers = import ../reach/covers.nix;
    found = import ./modelsOf.nix manifest;
  in
  map (model: {
    inherit (model) at;
    message = "the model `${model.ref}` may be called";
    expected = "one of: ${concatStringsSep ", " refs}";
  }) (filter (model: !(any (ref: covers "name" ref model.ref) refs)) found)
)
