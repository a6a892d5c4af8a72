/**
  Neither the agent nor a subagent goes further without asking than a level of the
  preset `autonomy`: by mode, default, or a rule that allows every call of every tool.

  # Inputs

  `level`
  : `observe`, `ask`, `edits`, `auto` or `full`

  # Type

  ```
  maxAutonomy :: String -> Policy
  ```

  # Examples

  ```nix
  policies.coder = [ (policy.maxAutonomy "edits") ];
  ```
*/
level:
let
  inherit (builtins) any concatMap;

  levels = (import ../presets/autonomy.nix).choices;

  inherit (import ../reach/tables.nix) actions modes;
  rank = import ../reach/rank.nix;
  holders = import ./holders.nix;

  limit =
    levels.${level}
      or (throw "policy.maxAutonomy: unknown level `${toString level}`; the levels are observe, ask, edits, auto, full");

  # A word that is not in the order may mean anything.
  exceeds =
    order: field: holder:
    let
      at = holder.at ++ [
        "permissions"
        field
      ];
      value = holder.value.permissions.${field};
      place = rank order value;
    in
    if place < 0 || place > rank order limit.${field} then
      [
        {
          inherit at;
          message = "`${(import ../problem/path.nix).dotted at}` is `${value}`, which exceeds the autonomy `${level}`";
          expected = "at most ${limit.${field}}";
        }
      ]
    else
      [ ];

  allowsEverything =
    holder:
    let
      all = rule: rule.action == "allow" && rule.tool == "*" && rule.pattern == "*";
    in
    if limit.default != "allow" && any all holder.value.permissions.rules then
      [
        {
          at = holder.at ++ [
            "permissions"
            "rules"
          ];
          message = "a rule allows every call of every tool, which exceeds the autonomy `${level}`";
          hint = "allow single tools and patterns";
        }
      ]
    else
      [ ];
in
import ./make.nix "max-autonomy" (
  manifest:
  concatMap (
    holder:
    exceeds modes "mode" holder ++ exceeds actions "default" holder ++ allowsEverything holder
  ) (holders manifest)
  ++ import ./unknownTools.nix manifest
)
