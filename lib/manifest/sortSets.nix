# Sorts the lists that are sets and keeps each element once, in lowercase where that is the
# canonical form. Only for valid manifests.
let
  inherit (builtins)
    attrValues
    groupBy
    head
    intersectAttrs
    isAttrs
    isList
    isString
    length
    map
    mapAttrs
    toJSON
    ;
  lower = import ../text/lower.nix;
  keyOf = value: if isString value then value else toJSON value;
  keyed = list: map head (attrValues (groupBy keyOf list));

  sortSets =
    node: value:
    if node.kind == "closed" && isAttrs value then
      value // mapAttrs (name: sortSets node.props.${name}) (intersectAttrs node.parts value)
    else if node.kind == "map" && isAttrs value then
      if value == { } || !node.sorts then value else mapAttrs (_: sortSets node.values) value
    else if node.kind == "set" && isList value then
      if value == [ ] then
        value
      else if node.items.raw ? x-lower then
        keyed (map lower value)
      else if length value < 2 then
        value
      else
        keyed value
    else
      value;
in
sortSets
