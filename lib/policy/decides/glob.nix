/**
  Whether a glob, in which a star stands for any run of characters, matches a whole
  text. It takes no longer than both are long, times each other.

  # Type

  ```
  glob :: String -> String -> Bool
  ```

  # Examples

  ```nix
  glob "git push*" "git push origin"
  => true
  ```
*/
pattern: text:
let
  inherit (builtins)
    elemAt
    filter
    foldl'
    genList
    isString
    length
    split
    stringLength
    substring
    ;

  pieces = filter isString (split "[*]" pattern);
  count = length pieces;
  first = elemAt pieces 0;
  last = elemAt pieces (count - 1);
  end = stringLength text - stringLength last;

  # The first place of a piece at or after a place; past the end without one.
  find =
    piece: from:
    let
      size = stringLength piece;
      places = filter (n: substring (from + n) size text == piece) (
        genList (n: n) (if end - from - size < 0 then 0 else end - from - size + 1)
      );
    in
    if from > end then
      from
    else if places == [ ] then
      end + 1
    else
      from + elemAt places 0 + size;
  # Where the pieces between the first and the last end, each at its first place.
  middle = foldl' (at: n: find (elemAt pieces n) at) (stringLength first) (
    genList (n: n + 1) (count - 2)
  );
in
if count == 1 then
  pattern == text
else
  substring 0 (stringLength first) text == first
  && end >= stringLength first
  && substring end (-1) text == last
  && middle <= end
