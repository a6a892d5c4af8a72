# Fills the defaults of the schema into a manifest: in absent fields and sections, entries of
# maps and elements of lists. A field that was removed stays absent.
let
  inherit (builtins)
    any
    attrNames
    attrValues
    filter
    intersectAttrs
    isAttrs
    isList
    mapAttrs
    removeAttrs
    ;
  removed = import ../merge/removed.nix;

  # Whether there is anything to fill at or below a node; lists of text are passed over.
  deep =
    node:
    node.branches == [ ]
    && (
      (node.kind == "closed" && (node.filled != { } || any deep (attrValues node.props)))
      || (node.kind == "map" && deep node.values)
      || (node.items != null && deep node.items)
    );

  fill =
    node: value:
    if node.kind == "closed" && isAttrs value then
      let
        known = intersectAttrs node.props value;
        gone = filter (name: removed.is value.${name}) (attrNames value);
        full = node.filled // value // mapAttrs (name: fill node.props.${name}) known;
      in
      if gone == [ ] then full else removeAttrs full gone
    else if node.kind == "map" && isAttrs value then
      let
        gone = filter (name: removed.is value.${name}) (attrNames value);
      in
      mapAttrs (_: fill node.values) (if gone == [ ] then value else removeAttrs value gone)
    else if isList value && node.items != null && deep node.items then
      map (fill node.items) value
    else
      value;
in
fill
