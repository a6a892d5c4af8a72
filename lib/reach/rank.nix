/**
  The place of a word in an order, from 0; -1 when it is not in it.

  # Type

  ```
  rank :: [ String ] -> Any -> Int
  ```
*/
order: word:
let
  inherit (builtins) elemAt foldl' genList length;
in
foldl' (found: n: if elemAt order n == word then n else found) (-1) (genList (n: n) (length order))
