/**
  The Pod and its subagents, each with the path that it stands at: whatever binds
  the Pod is asked of its subagents as well.

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
  who = "the subagent `${name}`";
}) (builtins.attrNames manifest.subagents)
