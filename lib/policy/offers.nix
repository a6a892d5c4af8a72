/**
  Whether a Pod or a subagent can use a tool: it is offered, and nothing denies every
  call of it. Names that are not in the vocabulary neither offer nor deny a tool here;
  unknownTools.nix reports those that are offered.

  # Inputs

  `manifest`
  : the manifest
  `holder`
  : the manifest itself, or a subagent of it
  `tool`
  : name of the tool; `mcp__SERVER__*` is any tool of a server

  # Type

  ```
  offers :: Manifest -> Holder -> String -> Bool
  ```
*/
manifest:
let
  inherit (builtins)
    any
    elem
    filter
    isList
    ;
  begins = import ../text/begins.nix;
  inherit (import ./vocabulary.nix manifest) covers;
in
holder: tool:
let
  inherit (holder) tools permissions;

  denied =
    name:
    any (entry: covers entry name) tools.deny
    || any (
      rule: rule.action == "deny" && rule.pattern == "*" && covers rule.tool name
    ) permissions.rules;

  # A subagent may be kept to some MCP servers.
  servers = holder.mcpServers or null;
  kept =
    isList servers
    && begins "mcp__" tool
    && !(any (name: begins "mcp__${name}__" tool) servers);

  # What is asked about, as far as it is offered.
  offered =
    (if tools.default == "allow" || elem "*" tools.allow then [ tool ] else [ ])
    ++ map (entry: if covers entry tool then tool else entry) (
      filter (entry: covers entry tool || covers tool entry) tools.allow
    );
in
!kept && any (name: !(denied name)) offered
