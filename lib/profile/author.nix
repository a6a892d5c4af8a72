# Between paths of the manifest and paths of a profile.
manifestNode:
let
  inherit (builtins)
    elemAt
    filter
    foldl'
    head
    isAttrs
    isInt
    isList
    isString
    length
    split
    tail
    ;
  identity = manifestNode.props.profile.props;

  has =
    tree: at:
    (foldl'
      (
        state: key:
        if !state.found then
          state
        else if isInt key then
          {
            found = isList state.value && key < length state.value;
            value = if isList state.value && key < length state.value then elemAt state.value key else null;
          }
        else
          {
            found = isAttrs state.value && state.value ? ${key};
            value = if isAttrs state.value then state.value.${key} or null else null;
          }
      )
      {
        found = true;
        value = tree;
      }
      at
    ).found;
  keys = path: filter isString (split "[.]" path);
in
{
  inherit has;

  # Where an author writes the preset that a derived field comes from.
  presetAt =
    source: at:
    if source.name != "model" then
      keys source.name
    else if head at == "subagents" then
      [
        "subagents"
        (elemAt at 1)
        "model"
        "ref"
      ]
    else
      [
        "model"
        "ref"
      ];

  # profile.name of the manifest is name of a profile.
  toProfile =
    at: if length at == 2 && head at == "profile" && identity ? ${elemAt at 1} then tail at else at;

  # name of a profile is profile.name of the manifest; null for a field that the manifest lacks.
  toManifest =
    at:
    if at == [ ] then
      null
    else if head at == "overrides" then
      tail at
    else if length at == 1 && identity ? ${head at} then
      [ "profile" ] ++ at
    else if manifestNode.props ? ${head at} && head at != "context" then
      at
    else
      null;
}
