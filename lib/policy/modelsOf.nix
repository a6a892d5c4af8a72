/**
  Every model that a manifest may call, with the path that names it.

  # Type

  ```
  modelsOf :: Manifest -> [ { at :: [ Key ]; ref :: String; } ]
  ```
*/
manifest:
let
  inherit (builtins)
    attrNames
    concatMap
    elemAt
    genList
    length
    ;

  one =
    at: set: name:
    if set ? ${name} then
      [
        {
          at = at ++ [ name ];
          ref = set.${name};
        }
      ]
    else
      [ ];

  model =
    at: value:
    one at value "ref"
    ++ one at value "small"
    ++ genList (index: {
      at = at ++ [
        "fallbacks"
        index
      ];
      ref = elemAt value.fallbacks index;
    }) (length value.fallbacks);
in
model [ "model" ] manifest.model
++ one [
  "context"
  "compaction"
] manifest.context.compaction "model"
++ one [ "memory" ] manifest.memory "model"
++ concatMap (
  name:
  if manifest.subagents.${name} ? model then
    model [
      "subagents"
      name
      "model"
    ] manifest.subagents.${name}.model
  else
    [ ]
) (attrNames manifest.subagents)
