# The fields in which two manifests differ: dotted path -> [ left right ], with
# null where a side has none. Lists are compared whole.
left: right:
let
  inherit (builtins)
    attrNames
    concatMap
    isAttrs
    listToAttrs
    ;

  walk =
    path: a: b:
    if a == b then
      [ ]
    else if isAttrs a && isAttrs b && !(a ? _type) && !(b ? _type) then
      concatMap (
        name: walk (if path == "" then name else "${path}.${name}") (a.${name} or null) (b.${name} or null)
      ) (attrNames (a // b))
    else
      [
        {
          name = path;
          value = [
            a
            b
          ];
        }
      ];
in
listToAttrs (walk "" left right)
