/**
  Sessions and memories are kept for so many days at the most.

  # Inputs

  `days`
  : number of days

  # Type

  ```
  maxRetentionDays :: Int -> Policy
  ```
*/
days:
import ./make.nix "max-retention-days" (
  manifest:
  let
    daysOf = section: manifest.${section}.retentionDays;
    kept =
      section: what:
      if daysOf section == null || daysOf section > days then
        [
          {
            at = [
              section
              "retentionDays"
            ];
            message = "${what} are kept for ${if daysOf section == null then "ever" else "${toString (daysOf section)} days"}";
            expected = "at most ${toString days}";
          }
        ]
      else
        [ ];
  in
  kept "session" "sessions" ++ (if manifest.memory.enabled then kept "memory" "memories" else [ ])
)
