# A tree without the value at a path.
let
  inherit (builtins)
    head
    isAttrs
    length
    removeAttrs
    tail
    ;
  without =
    tree: at:
    let
      key = head at;
    in
    if !(isAttrs tree && tree ? ${key}) then
      tree
    else if length at == 1 then
      removeAttrs tree at
    else
      tree // { ${key} = without tree.${key} (tail at); };
in
without
