/**
  Whether a tool name covers another: they are equal, or the first ends in `*`
  and what stands before it begins the second.

  # Inputs

  `wide`
  : the name that may hold a `*` at its end
  `narrow`
  : the name that is asked about

  # Type

  ```
  covers :: String -> String -> Bool
  ```

  # Examples

  ```nix
  covers "mcp__linear__*" "mcp__linear__search"
  => true
  ```
*/
wide: narrow:
let
  inherit (builtins) stringLength substring;
  size = stringLength wide - 1;
in
wide == narrow
|| (size >= 0 && substring size 1 wide == "*" && substring 0 size wide == substring 0 size narrow)
