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

  # Helpers such as flake-utils put the name of a system around every output.
  isSystem = builtins.match "(x86_64|aarch64|i686|armv[67]l|riscv64|powerpc64le)-(linux|darwin)" name != null;
in
if !(builtins.isAttrs value) || kind == null then
  throw (
    if isSystem then
      "`${name}` is a system, not a profile: profiles are the same on every system; define insomniaProfiles outside of eachDefaultSystem, eachSystem or perSystem"
    else
      "`${name}` is neither a profile nor a manifest; make it with insomnia.lib.mkProfile or insomnia.lib.mkManifest"
  )
else if kind == "insomnia.profile" then
  # A function that could not be called has not said its name.
  if value.name == "" && value.problems != [ ] then
    throw (import ./report.nix (import ./profile/title.nix name value.problems) value.problems)
  else
    value.manifest
else if checked.problems == [ ] then
  checked.manifest
else
  throw (import ./report.nix "the manifest `${name}` is not valid" checked.problems)
