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

  modes = {
    plan = 0;
    ask = 1;
    acceptEdits = 2;
    auto = 3;
    bypass = 4;
  };
  actions = {
    deny = 0;
    ask = 1;
    allow = 2;
  };

  limit =
    levels.${level}
      or (throw "policy.maxAutonomy: there is no level `${toString level}`; the levels are observe, ask, edits, auto, full");

  exceeds =
    ranks: field: manifest:
    if ranks.${manifest.permissions.${field}} > ranks.${limit.${field}} then
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
