# A profile as the options `profiles` take it, as a profile value or a manifest:
#
#   a path   to a file as `insomnia resolve ./FILE.nix` takes it, or to a layer
#   a set    a profile value or a manifest as it is; any other is a layer, of the name
#            that it is set under
{ insomnia }:
name: value:
let
  inherit (builtins)
    all
    attrNames
    functionArgs
    isAttrs
    isFunction
    isPath
    isString
    match
    ;
  inherit (insomnia.lib) mkProfile;

  file = isPath value || isString value || isAttrs value && value ? outPath;
  markdown = match ".*[.]md" (toString value) != null;
  written = if markdown then null else import value;
  accepted = !(isFunction written) || all (arg: arg == "insomnia") (attrNames (functionArgs written));
  content =
    if !(isFunction written) then
      written
    else
      written { insomnia = { inherit (insomnia) lib insomniaProfiles; }; };

  isManifest = value: isAttrs value && value ? schema;
in
if file then
  # What asks for more than `insomnia` is reported by mkProfile.
  if !markdown && accepted && isManifest content then content else mkProfile value
else if isAttrs value && ((value._type or null) == "insomnia.profile" || isManifest value) then
  value
else
  mkProfile {
    inherit name;
    imports = [ value ];
  }
