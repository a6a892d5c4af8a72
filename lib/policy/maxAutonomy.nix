/**
  The agent goes no further without asking than a level of the preset `autonomy`.

  # Inputs

  `level`
  : `observe`, `ask`, `edits`, `auto` or `full`

  # Type

  ```
  maxAutonomy :: String -> Policy
  ```

  # Examples

  ```nix
  policies.coder = [ (policy.maxAutonomy "edits") ];
  ```
*/
level:
let
  levels = (import ../presets/autonomy.nix).choices;

  inherit (import ../reach/tables.nix) actions modes;
  rank = import ../reach/rank.nix;

  limit =
    levels.${level}
      or (throw "policy.maxAutonomy: there is no level `${toString level}`; the levels are observe, ask, edits, auto, full");

  exceeds =
    order: field: manifest:
    if rank order manifest.permissions.${field} > rank order limit.${field} then
      [
        {
          at = [
            "permissions"
            field
          ];
          message = "`permissions.${field}` is `${manifest.permissions.${field}}`, which goes further than the autonomy `${level}`";
          expected = "at most ${limit.${field}}";
        }
      ]
    else
      [ ];
in
import ./make.nix "max-autonomy" (
  manifest: exceeds modes "mode" manifest ++ exceeds actions "default" manifest
)
