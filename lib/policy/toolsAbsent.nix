/**
  Findings for a manifest whose Pod or subagents have one of these tools, or one that
  may be anything.

  # Inputs

  `tools`
  : names of the tools
  `manifest`
  : the manifest

  # Type

  ```
  toolsAbsent :: [ String ] -> Manifest -> [ Finding ]
  ```
*/
tools: manifest:
let
  inherit (builtins) concatMap filter;

  inherit (import ../problem/path.nix) dotted;
  holders = import ./holders.nix;
  offers = import ./offers.nix manifest;
in
concatMap (
  holder:
  map (tool: {
    at = holder.at ++ [
      "tools"
      (if holder.value.tools.default == "allow" then "default" else "allow")
    ];
    message = "${holder.who} has the tool `${tool}`";
    hint =
      if holder.at == [ ] then
        "add it to `tools.deny`, or choose a `toolPolicy` without it"
      else
        "add it to `${dotted holder.at}.tools.deny`";
  }) (filter (offers holder.value) tools)
) (holders manifest)
++ import ./everyTool.nix manifest
++ import ./unknownTools.nix manifest
