/**
  Places a list before the plain definitions of the same list (order 500).

  # Inputs

  `content`
  : a list

  # Type

  ```
  mkBefore :: [ a ] -> Tagged [ a ]
  ```

  # Examples

  ```nix
  prompts.append = insomnia.lib.mkBefore [ "Read this first." ];
  ```
*/
content: import ./mkOrder.nix 500 content
