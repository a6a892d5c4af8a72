/**
  The MCP servers whose tools the Pod can use.

  # Type

  ```
  mcpTools :: Manifest -> [ String ]
  ```
*/
manifest:
let
  inherit (builtins)
    any
    attrNames
    filter
    stringLength
    substring
    ;

  covers = import ./covers.nix;
  offers = import ./offers.nix;

  # An entry such as mcp__linear__search lets one tool of the server through.
  single =
    name:
    let
      prefix = "mcp__${name}__";
    in
    any (
      entry: substring 0 (stringLength prefix) entry == prefix && offers manifest entry
    ) manifest.tools.allow;
in
filter (name: offers manifest "mcp__${name}__*" || single name) (attrNames manifest.mcpServers)
