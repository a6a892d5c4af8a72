/**
  Calls of a tool with this pattern are denied, or the tool is not there at all.

  # Inputs

  `tool`
  : name of the tool
  `pattern`
  : glob over the argument, as a rule writes it; absent for every call

  # Type

  ```
  requireDeny :: { tool :: String; pattern :: String ? "*"; } -> Policy
  ```

  # Examples

  ```nix
  policies.coder = [
    (policy.requireDeny { tool = "bash"; pattern = "git push --force*"; })
  ];
  ```
*/
{
  tool,
  pattern ? "*",
}:
import ./make.nix "require-deny" (
  manifest:
  let
    inherit (builtins) any;

    covers = import ../reach/covers.nix;
    offers = import ./offers.nix;

    denied = any (
      rule:
      rule.action == "deny" && covers "tool" rule.tool tool && covers "argument" rule.pattern pattern
    ) manifest.permissions.rules;
  in
  if denied || !(offers manifest tool) then
    [ ]
  else
    [
      {
        at = [
          "permissions"
          "rules"
        ];
        message = "no rule denies `${tool}` with `${pattern}`";
        hint = "add { tool = \"${tool}\"; pattern = ${builtins.toJSON pattern}; action = \"deny\"; } to `permissions.rules`";
      }
    ]
)
