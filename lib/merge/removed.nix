# The mark of a field that null removed. It lives between the merge and the manifest, where
# it keeps presets and defaults from filling the field again.
let
  inherit (builtins)
    attrNames
    filter
    isAttrs
    mapAttrs
    removeAttrs
    ;
  is = value: isAttrs value && value._type or null == "insomnia.removed";
  strip =
    tree:
    if isAttrs tree then
      let
        gone = filter (name: is tree.${name}) (attrNames tree);
      in
      mapAttrs (_: strip) (if gone == [ ] then tree else removeAttrs tree gone)
    else
      tree;
  # Paths of the marks.
  paths =
    at: tree:
    if is tree then
      [ at ]
    else if isAttrs tree then
      builtins.concatMap (name: paths (at ++ [ name ]) tree.${name}) (attrNames tree)
    else
      [ ];
in
{
  mark = {
    _type = "insomnia.removed";
  };
  inherit is strip;
  paths = paths [ ];
}
