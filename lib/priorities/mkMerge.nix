/**
  Stands here only to be refused with a good message: layers are merged through `imports`,
  sets with `//`, lists with `++`.

  # Inputs

  `contents`
  : a list of values

  # Type

  ```
  mkMerge :: [ a ] -> Tagged a
  ```

  # Examples

  ```nix
  imports = [ { limits.maxTurns = 10; } ./team.nix ]; # instead of mkMerge
  ```
*/
contents: {
  _type = "merge";
  inherit contents;
}
