/**
  The Pod, its subagents and the ceiling that subagents are held to, each with the path
  that it stands at: whatever binds the Pod is asked of the others as well. `rules` are
  the permission rules that bind one.

  # Type

  ```
  holders :: Manifest -> [
    { at :: [ String ]; value :: Holder; who :: String; rules :: [ Rule ]; }
  ]
  ```
*/
manifest:
let
  ceiling = manifest.delegation.ceiling or null;
  # What a ceiling does not have is the Pod's own.
  above = {
    tools = ceiling.tools or manifest.tools;
    permissions = ceiling.permissions or manifest.permissions;
  };
in
[
  {
    at = [ ];
    value = manifest;
    who = "the Pod";
    inherit (manifest.permissions) rules;
  }
]
++ (
  if ceiling == null then
    [ ]
  else
    [
      {
        at = [
          "delegation"
          "ceiling"
        ];
        value = above;
        who = "the subagent ceiling";
        inherit (above.permissions) rules;
      }
    ]
)
++ map (name: {
  at = [
    "subagents"
    name
  ];
  value = manifest.subagents.${name};
  who = "the subagent `${name}`";
  rules = above.permissions.rules ++ manifest.subagents.${name}.permissions.rules;
}) (builtins.attrNames manifest.subagents)
