# Which layers are one: those of one key, unless a function made two different ones at one
# place.
{ fromSpec }:
let
  inherit (builtins)
    elemAt
    filter
    genList
    isAttrs
    isFunction
    isList
    length
    removeAttrs
    ;

  # Two profiles made by one line of a function share a place, but not their content.
  same =
    a: b:
    let
      importsOf = layer: if isList (layer.body.imports or [ ]) then layer.body.imports or [ ] else [ ];
      alike =
        x: y:
        if isAttrs x && isAttrs y && x ? layers.root && y ? layers.root then
          sameRoot (fromSpec x.layers.root) (fromSpec y.layers.root)
        else if isFunction x && isFunction y then
          true
        else
          x == y;
      xs = importsOf a ++ a.under;
      ys = importsOf b ++ b.under;
    in
    removeAttrs a.body [ "imports" ] == removeAttrs b.body [ "imports" ]
    && length xs == length ys
    && filter (n: !(alike (elemAt xs n) (elemAt ys n))) (genList (n: n) (length xs)) == [ ];
  sameRoot =
    a: b: if a ? fault || b ? fault then false else a.key == b.key && (!(a ? made) || same a b);

  # The key under which a settled layer goes: its own, or with a number where that is taken
  # by another.
  freeKey =
    known: layer: n:
    let
      key = if n == 1 then layer.key else "${layer.key}#${toString n}";
    in
    if !(layer ? made) || !(known ? ${key}) || same known.${key} layer then
      key
    else
      freeKey known layer (n + 1);
in
freeKey
