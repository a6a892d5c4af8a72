/**
  These globs of files are kept from being read.

  # Inputs

  `globs`
  : globs that `sandbox.denyRead` must hold, as they stand there

  # Type

  ```
  requireDenyRead :: [ String ] -> Policy
  ```

  # Examples

  ```nix
  policies.coder = [ (policy.requireDenyRead [ ".env" "~/.netrc" ]) ];
  ```
*/
globs:
import ./make.nix "require-deny-read" (
  manifest:
  map (glob: {
    at = [
      "sandbox"
      "denyRead"
    ];
    message = "`${glob}` may be read";
    hint = "add `${glob}` to `sandbox.denyRead`";
  }) (builtins.filter (glob: !(builtins.elem glob manifest.sandbox.denyRead)) globs)
)
