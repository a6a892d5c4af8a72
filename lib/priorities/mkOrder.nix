/**
  Places a list among the other definitions of the same list: lower numbers come first, a
  plain list has 1000. Same tag as in nixpkgs.

  # Inputs

  `priority`
  : an integer

  `content`
  : a list

  # Type

  ```
  mkOrder :: Int -> [ a ] -> Tagged [ a ]
  ```

  # Examples

  ```nix
  prompts.append = insomnia.lib.mkOrder 200 [ "Read this first." ];
  ```
*/
priority: content: {
  _type = "order";
  inherit priority content;
}
