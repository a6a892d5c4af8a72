/**
  Whether a Pod or a subagent can use a tool at all: it is offered, and no rule
  denies every call of it.

  # Inputs

  `holder`
  : a manifest or a subagent of one
  `tool`
  : name of the tool; one that ends in `*` asks about any that begins so

  # Type

  ```
  offers :: Holder -> String -> Bool
  ```
*/
holder: tool:
let
  inherit (builtins) any filter;

  covers = import ../reach/covers.nix;
  among = wide: narrow: covers "tool" wide narrow;

  inherit (holder) tools permissions;

  denied =
    name:
    any (entry: among entry name) tools.deny
    || any (
      rule: rule.action == "deny" && among rule.tool name && covers "argument" rule.pattern "*"
    ) permissions.rules;

  # What is asked about, as far as it is offered.
  offered =
    (if tools.default == "allow" then [ tool ] else [ ])
    ++ map (entry: if among entry tool then tool else entry) (
      filter (entry: among entry tool || among tool entry) tools.allow
    );
in
any (name: !(denied name)) offered
