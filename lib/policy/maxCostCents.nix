/**
  A session ends at this cost at the latest.

  # Inputs

  `cents`
  : hundredths of a US dollar

  # Type

  ```
  maxCostCents :: Int -> Policy
  ```
*/
cents:
import ./make.nix "max-cost-cents" (
  manifest:
  let
    cap = manifest.limits.maxCostCents or null;
  in
  if cap != null && cap <= cents then
    [ ]
  else
    [
      {
        at = [
          "limits"
          "maxCostCents"
        ];
        message =
          if cap == null then "the cost is not limited" else "the cost limit is ${toString cap}";
        expected = "at most ${toString cents}";
      }
    ]
)
