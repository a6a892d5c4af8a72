/**
  These globs of files are kept from being read. Braces count as the globs that they stand
  for, on both sides.

  # Inputs

  `globs`
  : globs that `sandbox.denyRead` must hold, as they stand there but for braces

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
let
  inherit (builtins)
    all
    concatMap
    elem
    filter
    ;
  fileGlob = import ../permission/fileGlob.nix;

  # As they are compared; an invalid glob would require what no profile can have.
  wanted =
    glob:
    let
      read = fileGlob glob;
    in
    if read.problem == null then
      read.globs
    else
      throw "policy.requireDenyRead: ${read.problem.message}; ${read.problem.hint}";
in
import ./make.nix "require-deny-read" (
  manifest:
  let
    denied = concatMap (glob: (fileGlob glob).globs) manifest.sandbox.denyRead;
  in
  map (glob: {
    at = [
      "sandbox"
      "denyRead"
    ];
    message = "`${glob}` may be read";
    hint = "add `${glob}` to `sandbox.denyRead`";
  }) (filter (glob: !(all (one: elem one denied) (wanted glob))) globs)
)
