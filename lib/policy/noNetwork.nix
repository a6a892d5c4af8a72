/**
  Nothing but the model's own API is reached: no commands with network, no web,
  no MCP server at an address, no service.

  # Type

  ```
  noNetwork :: Policy
  ```
*/
import ./make.nix "no-network" (
  manifest:
  let
    inherit (builtins) attrNames filter;
  in
  (
    if manifest.sandbox.network == "none" then
      [ ]
    else
      [
        {
          at = [
            "sandbox"
            "network"
          ];
          message = "commands reach the network: `sandbox.network` is `${manifest.sandbox.network}`";
          expected = "none";
        }
      ]
  )
  ++ (
    if manifest.sandbox.hostPorts or [ ] == [ ] then
      [ ]
    else
      [
        {
          at = [
            "sandbox"
            "hostPorts"
          ];
          message = "commands reach ports of the host, and with them whatever listens there";
          expected = "no ports";
        }
      ]
  )
  ++ import ./webFindings.nix manifest
  ++ map (name: {
    at = [
      "sandbox"
      "services"
      name
    ];
    message = "the service `${name}` reaches `${manifest.sandbox.services.${name}.host}`";
  }) (attrNames (manifest.sandbox.services or { }))
  ++ map (name: {
    at = [
      "mcpServers"
      name
      "url"
    ];
    message = "the MCP server `${name}` is reached over the network";
  }) (filter (name: manifest.mcpServers.${name} ? url) (attrNames manifest.mcpServers))
)
