/**
  Separates derived values from where they come from.

  # Inputs

  `parts`
  : list of `{ name; value; tree; }`: a preset by name, its choice, and a tree
    whose leaves are made by derived.nix; no leaf stands in two trees

  # Type

  ```
  collect :: [ Part ] -> { values :: Tree; sources :: { ${path} :: { name; value; formula; } } }
  ```
*/
parts:
let
  inherit (builtins)
    attrNames
    concatLists
    foldl'
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    ;

  isLeaf = tree: tree._type or null == "insomnia.derived";

  plain = tree: if isLeaf tree then tree.value else mapAttrs (_: plain) tree;

  merge =
    left: right:
    left // right // mapAttrs (name: _: merge left.${name} right.${name}) (intersectAttrs left right);

  # The leaves of a tree as `{ path; formula; }`.
  leaves =
    path: tree:
    if isLeaf tree then
      [
        {
          inherit path;
          inherit (tree) formula;
        }
      ]
    else
      concatLists (
        map (name: leaves (if path == "" then name else "${path}.${name}") tree.${name}) (attrNames tree)
      );

  sources =
    part:
    map (leaf: {
      name = leaf.path;
      value = {
        inherit (part) name value;
        inherit (leaf) formula;
      };
    }) (leaves "" part.tree);
in
{
  values = foldl' merge { } (map (part: plain part.tree) parts);
  sources = listToAttrs (concatLists (map sources parts));
}
