/**
  The Pod starts no subagents.

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
)
