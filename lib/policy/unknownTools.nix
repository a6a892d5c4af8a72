/**
  Findings for tools that are offered to the Pod or a subagent and are not in the
  vocabulary. They may do anything, so that no policy about tools holds with them;
  that a list denies them as well does not help, since nothing is known of the name.

  # Type

  ```
  unknownTools :: Manifest -> [ Finding ]
  ```
*/
manifest:
let
  inherit (builtins) concatMap concatStringsSep filter;
  inherit (import ./vocabulary.nix manifest) known;

  holders = import ./holders.nix;
  tools = import ./tools.nix;
in
concatMap (
  holder:
  map (name: {
    at = holder.at ++ [
      "tools"
      "allow"
    ];
    message = "${holder.who} has the tool `${name}`, which is unknown and may do anything";
    expected = "${concatStringsSep ", " tools} or mcp__SERVER__TOOL of a server in mcpServers";
  }) (filter (name: name != "*" && !(known name)) holder.value.tools.allow)
) (holders manifest)
