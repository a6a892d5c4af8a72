/**
  Gives a definition a priority. The lower number wins; a plain value has 100, what a preset
  derives 1400, a default of the schema 1500. Same tag as in nixpkgs.

  # Inputs

  `priority`
  : an integer

  `content`
  : the value; on a section the priority goes down to its fields

  # Type

  ```
  mkOverride :: Int -> a -> Tagged a
  ```

  # Examples

  ```nix
  model.effort = insomnia.lib.mkOverride 70 "high";
  ```
*/
priority: content: {
  _type = "override";
  inherit priority content;
}
