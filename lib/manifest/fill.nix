# Fills the defaults of the schema into a manifest: in absent fields and sections, entries of
# maps and elements of lists. A field that was removed stays absent.
let
  inherit (builtins)
    attrNames
    filter
    intersectAttrs
    isAttrs
    isList
    mapAttrs
    removeAttrs
    ;
  removed = import ../merge/removed.nix;

  unmark =
    set:
    let
      gone = filter (name: removed.is set.${name}) (attrNames set);
    in
    if gone == [ ] then set else removeAttrs set gone;

  fill =
    marks: node: value:
    if node.kind == "closed" && isAttrs value then
      let
        full =
          node.filled
          // value
          // mapAttrs (name: fill marks node.props.${name}) (
            intersectAttrs (if marks then node.props else node.parts) value
          );
      in
      if marks then unmark full else full
    else if node.kind == "map" && isAttrs value then
      if value == { } then
        value
      else if marks || node.deep then
        mapAttrs (_: fill marks node.values) (if marks then unmark value else value)
      else
        value
    else if isList value && value != [ ] && node.deep then
      map (fill marks node.items) value
    else
      value;
in
{
  # Whether the tree may hold marks of removed fields.
  marks ? false,
}:
fill marks
