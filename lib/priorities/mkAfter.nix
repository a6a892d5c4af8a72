/**
  Places a list after the plain definitions of the same list (order 1500).

  # Inputs

  `content`
  : a list

  # Type

  ```
  mkAfter :: [ a ] -> Tagged [ a ]
  ```

  # Examples

  ```nix
  prompts.append = insomnia.lib.mkAfter [ "Read this last." ];
  ```
*/
content: import ./mkOrder.nix 1500 content
