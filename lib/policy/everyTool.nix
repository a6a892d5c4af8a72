/**
  Findings for a Pod or a subagent that has the tools that no list names: by
  `tools.default`, or by `*` in `tools.allow`. They may do anything.

  # Type

  ```
  everyTool :: Manifest -> [ Finding ]
  ```
*/
manifest:
let
  inherit (builtins) concatMap elem;

  holders = import ./holders.nix;
in
concatMap (
  holder:
  (
    if holder.value.tools.default == "deny" then
      [ ]
    else
      [
        {
          at = holder.at ++ [
            "tools"
            "default"
          ];
          message = "${holder.who} has tools that no list names, which may do anything";
          expected = "deny";
        }
      ]
  )
  ++ (
    if elem "*" holder.value.tools.allow then
      [
        {
          at = holder.at ++ [
            "tools"
            "allow"
          ];
          message = "${holder.who} has every tool, by `*`";
          expected = "the names of single tools";
        }
      ]
    else
      [ ]
  )
) (holders manifest)
