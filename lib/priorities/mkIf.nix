/**
  Stands here only to be refused with a good message: a profile has no module fixpoint, so a
  condition is plain Nix. Write `if CONDITION then VALUE else OTHER`, or
  `SET // (if CONDITION then { … } else { })`.

  # Inputs

  `condition`
  : a boolean

  `content`
  : the value

  # Type

  ```
  mkIf :: Bool -> a -> Tagged a
  ```

  # Examples

  ```nix
  model.effort = if cheap then "low" else "high"; # instead of mkIf
  ```
*/
condition: content: {
  _type = "if";
  inherit condition content;
}
