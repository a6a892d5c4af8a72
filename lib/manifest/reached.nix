# Gives the MCP servers that have an address and no type the type http, before defaults are
# filled. FillDefaults of go/manifest does the same.
let
  inherit (builtins) attrValues isAttrs mapAttrs;
  removed = import ../merge/removed.nix;

  has = server: name: server ? ${name} && !(removed.is server.${name});
  plain =
    server: isAttrs server && has server "url" && !(server ? type) && !(has server "command");
in
manifest:
let
  servers = manifest.mcpServers or { };
in
if isAttrs manifest && isAttrs servers && builtins.any plain (attrValues servers) then
  manifest
  // {
    mcpServers = mapAttrs (
      _: server: if plain server then server // { type = "http"; } else server
    ) servers;
  }
else
  manifest
