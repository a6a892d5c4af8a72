/**
  The Pod and its delegates, each with the path that it stands at: whatever binds
  the Pod is asked of its delegates as well.

  # Type

  ```
  holders :: Manifest -> [ { at :: [ String ]; value :: Holder; who :: String; } ]
  ```
*/
manifest:
[
  {
    at = [ ];
    value = manifest;
    who = "the Pod";
  }
]
++ map (name: {
  at = [
    "subagents"
    name
  ];
  value = manifest.subagents.${name};
  who = "the delegate `${name}`";
}) (builtins.attrNames manifest.subagents)
