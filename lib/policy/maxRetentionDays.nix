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
    kept =
      section: what:
      if manifest.${section}.retentionDays > days then
        [
          {
            at = [
              section
              "retentionDays"
            ];
            message = "${what} are kept for ${toString manifest.${section}.retentionDays} days";
            expected = "at most ${toString days}";
          }
        ]
      else
        [ ];
  in
  kept "session" "sessions" ++ (if manifest.memory.enabled then kept "memory" "memories" else [ ])
)
