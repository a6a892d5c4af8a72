/**
  Calls of a tool with this pattern are denied, or neither the Pod nor a subagent has
  the tool.

  # Inputs

  `tool`
  : name of the tool, as a rule writes it
  `pattern`
  : pattern of the calls, as a rule writes it; absent for every call

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
let
  inherit (builtins)
    all
    any
    filter
    match
    toJSON
    ;

  # The manifest may have the server or not: without it, the tool is not there.
  server = match "mcp__([^_*]+(_[^_*]+)*)__.*" tool;
  servers = if server == null then [ ] else [ (builtins.head server) ];
  named = import ../permission/tools.nix servers tool;
  written = import ../permission/pattern.nix tool pattern;
  refuse = problem: throw "policy.requireDeny: ${problem.message}; ${problem.hint}";
in
if named != null then
  refuse named
else if written != null then
  refuse written
else
  import ./make.nix "require-deny" (
    manifest:
    let
      inherit (import ./vocabulary.nix manifest) covers;
      coversRule = import ../reach/coversRule.nix;
      holders = import ./holders.nix manifest;
      offers = import ./offers.nix manifest;

      required = { inherit tool pattern; };
      denied = any (
        rule: rule.action == "deny" && covers rule.tool tool && coversRule rule required
      );
      free = filter (holder: offers holder.value tool && !(denied holder.rules)) holders;
      # Whose rules are to be changed: the ceiling's where the Pod's do not bind.
      at =
        if all (holder: holder.at != [ ]) free && manifest ? delegation.ceiling.permissions then
          [
            "delegation"
            "ceiling"
            "permissions"
            "rules"
          ]
        else
          [
            "permissions"
            "rules"
          ];
    in
    (
      if free != [ ] then
        [
          {
            inherit at;
            message = "no rule denies `${tool}` with `${pattern}`";
            hint = "add { tool = \"${tool}\"; pattern = ${toJSON pattern}; action = \"deny\"; } to `${builtins.concatStringsSep "." at}`";
          }
        ]
      else
        [ ]
    )
    ++ import ./unknownTools.nix manifest
  )
