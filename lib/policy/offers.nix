/**
  Whether a Pod or a delegate can use a tool at all: it is offered, and no rule
  denies every call of it.

  # Inputs

  `holder`
  : a manifest or a delegate of one
  `tool`
  : name of the tool

  # Type

  ```
  offers :: Holder -> String -> Bool
  ```
*/
holder: tool:
let
  inherit (builtins) any;

  covers = import ./covers.nix;

  inherit (holder) tools permissions;
  named = list: any (entry: covers entry tool) list;
in
(tools.default == "allow" || named tools.allow)
&& !(named tools.deny)
&& !(any (
  rule: rule.action == "deny" && rule.pattern == "*" && covers rule.tool tool
) permissions.rules)
