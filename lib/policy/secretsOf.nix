/**
  Every secret that a manifest refers to, with the path of the reference.

  # Type

  ```
  secretsOf :: Manifest -> [ { at :: [ Key ]; name :: String; } ]
  ```
*/
manifest:
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elemAt
    genList
    isAttrs
    isList
    length
    ;

  walk =
    at: value:
    if isAttrs value then
      if value._type or null == "insomnia.secret-ref/v1" then
        [
          {
            inherit at;
            inherit (value) name;
          }
        ]
      else
        concatMap (name: walk (at ++ [ name ]) value.${name}) (attrNames value)
    else if isList value then
      concatLists (genList (index: walk (at ++ [ index ]) (elemAt value index)) (length value))
    else
      [ ];
in
walk [ ] manifest
