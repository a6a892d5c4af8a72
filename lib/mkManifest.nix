let
  check = import ./manifest/check.nix;
  report = import ./report.nix;
in
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
  checked = check raw;
  count = builtins.length checked.problems;
in
if checked.problems == [ ] then
  checked.manifest
else
  throw (
    report "the manifest has ${if count == 1 then "a problem" else "${toString count} problems"}" checked.problems
  )
