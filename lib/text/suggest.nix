/**
  Finds the candidate that a misspelt word most likely meant.

  # Inputs

  `word`
  : what was written

  `candidates`
  : the words that exist

  # Type

  ```
  suggest :: String -> [ String ] -> String | null
  ```

  # Examples

  ```nix
  suggest "provder" [ "mode" "provider" ]
  => "provider"
  ```
*/
word: candidates:
let
  inherit (builtins)
    filter
    foldl'
    stringLength
    substring
    ;
  distance = import ./distance.nix;
  lower = import ./lower.nix;
  letters = lower (builtins.replaceStrings [ "_" "-" " " "." ] [ "" "" "" "" ] word);
  size = stringLength letters;
  # A third of the letters may be wrong, at most three.
  allowed =
    if size <= 2 then
      0
    else if size <= 4 then
      1
    else if size <= 8 then
      2
    else
      3;
  begins =
    a: b: stringLength a >= 3 && stringLength a < stringLength b && substring 0 (stringLength a) b == a;
  rate =
    candidate:
    let
      other = lower (builtins.replaceStrings [ "-" ] [ "" ] candidate);
      difference = size - stringLength other;
    in
    if letters == other then
      0
    else if begins letters other || begins other letters then
      2
    else if difference > allowed || difference < 0 - allowed then
      100
    else
      distance letters other;
  best =
    foldl'
      (
        state: candidate:
        let
          rating = rate candidate;
        in
        if rating < state.rating then
          {
            inherit candidate rating;
          }
        else
          state
      )
      {
        candidate = null;
        rating = 100;
      }
      (filter (candidate: stringLength candidate <= 64) candidates);
  limit = if allowed > 2 then allowed else 2;
in
if size > 64 || best.rating > limit || (best.rating > allowed && size < 3) then
  null
else
  best.candidate
