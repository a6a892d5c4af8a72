# Lays one tree over another: closed objects and free maps by key, lists and leaves whole.
# The mark of a removed field is laid over like a value. At the paths in `forced` a map
# replaces the map below.
let
  inherit (builtins)
    elem
    intersectAttrs
    isAttrs
    mapAttrs
    ;
  removed = import ../merge/removed.nix;

  below = node: name: if node.kind == "map" then node.values else node.props.${name} or null;

  overlay =
    forced: node: at: low: high:
    if
      node != null
      && (node.kind == "closed" || node.kind == "map")
      && isAttrs low
      && isAttrs high
      && !(removed.is low)
      && !(removed.is high)
      && !(forced != [ ] && elem at forced)
    then
      low
      // high
      // mapAttrs (name: _: overlay forced (below node name) (at ++ [ name ]) low.${name} high.${name}) (
        intersectAttrs low high
      )
    else
      high;
in
{
  forced ? [ ],
}:
node: low: high:
overlay forced node [ ] low high
