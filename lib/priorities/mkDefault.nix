/**
  Makes a definition yield to plain ones, wherever they stand (priority 1000). It still wins
  over presets.

  # Inputs

  `content`
  : the value

  # Type

  ```
  mkDefault :: a -> Tagged a
  ```

  # Examples

  ```nix
  limits.maxTurns = insomnia.lib.mkDefault 50;
  ```
*/
content: import ./mkOverride.nix 1000 content
