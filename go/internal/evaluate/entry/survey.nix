# Describes every profile of a flake in one evaluation.
#
# Each is encoded inside a context that carries its index, so that the one that
# evaluation dies of can be told from the trace, put into `skip`, and the rest
# asked for again. `only` limits the answer to these names when it is not null.
{
  describe,
  skip,
  only,
}:
profiles:
let
  inherit (builtins)
    addErrorContext
    attrNames
    elem
    elemAt
    genList
    isAttrs
    length
    toJSON
    unsafeDiscardStringContext
    unsafeGetAttrPos
    ;
  names = attrNames profiles;
  one =
    index:
    let
      name = elemAt names index;
    in
    if elem name skip || (only != null && !elem name only) then
      null
    else
      addErrorContext "insomnia-profile=${toString index}" (
        unsafeDiscardStringContext (
          toJSON (describe {
            value = profiles.${name};
            where = [ name ];
            position = unsafeGetAttrPos name profiles;
          })
        )
      );
in
if !isAttrs profiles then
  {
    names = null;
    profiles = [ ];
    positions = [ ];
  }
else
  {
    inherit names;
    profiles = genList one (length names);
    positions = map (name: unsafeGetAttrPos name profiles) names;
  }
