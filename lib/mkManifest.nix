/**
  Completes a raw manifest: fills the defaults of the schema, validates, and returns plain
  data. Throws one report of everything that is wrong.

  # Inputs

  `raw`
  : a manifest (`insomnia.pod/v1`) in which fields with a default may be absent

  # Type

  ```
  mkManifest :: AttrSet -> Manifest
  ```

  # Examples

  ```nix
  insomniaProfiles.raw = insomnia.lib.mkManifest {
    schema = "insomnia.pod/v1";
    profile.name = "raw";
    model = { … };
    context = { … };
  };
  ```
*/
raw:
let
  inherit (builtins) length unsafeGetAttrPos;
  checked = import ./manifest/check.nix raw;
  count = length checked.problems;
in
if checked.problems == [ ] then
  checked.manifest
else
  throw (
    import ./report.nix "the manifest has ${
      if count == 1 then "a problem" else "${toString count} problems"
    }" checked.problems
  )
