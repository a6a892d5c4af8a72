/**
  The Pod starts neither subagents nor other Pods.

  # Type

  ```
  noDelegation :: Policy
  ```
*/
import ./make.nix "no-delegation" (
  manifest:
  import ./toolsAbsent.nix [ "agent" ] manifest
  ++ (
    if manifest.limits.maxSubagents == 0 then
      [ ]
    else
      [
        {
          at = [
            "limits"
            "maxSubagents"
          ];
          message = "${toString manifest.limits.maxSubagents} subagents may run at a time";
          expected = "0";
        }
      ]
  )
  ++ (
    if (manifest.delegation.profiles or [ ]) == [ ] then
      [ ]
    else
      [
        {
          at = [
            "delegation"
            "profiles"
          ];
          message = "Pods may be started of ${builtins.concatStringsSep ", " manifest.delegation.profiles}";
          expected = "no profiles";
        }
      ]
  )
)
