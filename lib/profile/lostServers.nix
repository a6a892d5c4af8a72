# The MCP servers of a merged profile that its overrides take away, by name: the presets
# offer no tools of them.
let
  inherit (builtins)
    attrNames
    elem
    filter
    isAttrs
    ;
  at = [
    "overrides"
    "mcpServers"
  ];
in
{
  value,
  gone,
  forced,
}:
let
  servers = if isAttrs (value.mcpServers or null) then attrNames value.mcpServers else [ ];
  over = value.overrides.mcpServers or null;
in
filter (
  name:
  elem (at ++ [ name ]) gone
  || elem at forced && !(isAttrs over && over ? ${name})
) servers
