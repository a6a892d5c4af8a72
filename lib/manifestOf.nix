/**
  The manifest of what stands in an `insomniaProfiles` output: a profile value or
  a plain manifest. Throws the report when it is neither or has problems.

  # Inputs

  `name`
  : the name that it stands under
  `value`
  : the profile value or manifest

  # Type

  ```
  manifestOf :: String -> Profile | Manifest -> Manifest
  ```
*/
name: value:
let
  kind = value._type or (value.schema or null);

  checked = import ./manifest/check.nix value;
in
if !(builtins.isAttrs value) || kind == null then
  throw "`${name}` is neither a profile nor a manifest; make it with insomnia.lib.mkProfile or insomnia.lib.mkManifest"
else if kind == "insomnia.profile" then
  value.manifest
else if checked.problems == [ ] then
  checked.manifest
else
  throw (import ./report.nix "the manifest `${name}` is not valid" checked.problems)
