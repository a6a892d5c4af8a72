# The manifest fields that an author wrote: the sections without their presets, and the
# identity under `profile`.
{ manifestNode, profileNode }:
let
  inherit (builtins)
    intersectAttrs
    isAttrs
    mapAttrs
    removeAttrs
    ;
  identity = manifestNode.props.profile.props;

  # Sections of both; `context` contains only presets, and `profile` is created from the identity.
  sections = removeAttrs (intersectAttrs manifestNode.props profileNode.props) [
    "context"
    "profile"
    "schema"
  ];
in
tree:
mapAttrs (
  name: value:
  let
    presets = profileNode.props.${name}.presets;
  in
  if presets != [ ] && isAttrs value then removeAttrs value presets else value
) (intersectAttrs sections tree)
// {
  profile = intersectAttrs identity tree;
}
