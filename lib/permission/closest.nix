# The name that is most like a word, by the measure of Jaro and Winkler, or null when none
# is alike enough. Package suggest finds the same.
word: names:
let
  inherit (builtins)
    elem
    elemAt
    filter
    foldl'
    genList
    head
    length
    stringLength
    substring
    ;
  inherit (import ./foreign.nix) lower;

  least = x: y: if x < y then x else y;
  letter = n: substring n 1;

  jaro =
    a: b:
    let
      sizeA = stringLength a;
      sizeB = stringLength b;
      half = (if sizeA > sizeB then sizeA else sizeB) / 2 - 1;
      range = if half < 0 then 0 else half;
      # The letters of a that b has nearby, as [ place in a, place in b ], each of b once.
      pairs = foldl' (
        pairs: i:
        let
          start = if i > range then i - range else 0;
          count = least (sizeB - 1) (i + range) - start + 1;
          taken = map (pair: elemAt pair 1) pairs;
          free = filter (j: letter j b == letter i a && !(elem j taken)) (
            genList (n: start + n) (if count < 0 then 0 else count)
          );
        in
        if free == [ ] then
          pairs
        else
          pairs
          ++ [
            [
              i
              (head free)
            ]
          ]
      ) [ ] (genList (n: n) sizeA);
      inB = builtins.sort builtins.lessThan (map (pair: elemAt pair 1) pairs);
      count = length pairs;
      isUnaligned = n: letter (head (elemAt pairs n)) a != letter (elemAt inB n) b;
      unaligned = length (filter isUnaligned (genList (n: n) count));
      matches = count * 1.0;
    in
    if count == 0 then
      0.0
    else
      (matches / sizeA + matches / sizeB + (matches - unaligned / 2) / matches) / 3.0;

  alike =
    a: b:
    let
      j = jaro a b;
      most = least 4 (least (stringLength a) (stringLength b));
      prefix = n: if n < most && letter n a == letter n b then prefix (n + 1) else n;
    in
    if j <= 0.7 then j else j + 0.1 * prefix 0 * (1.0 - j);

  best =
    foldl'
      (
        best: name:
        let
          likeness = alike (lower word) (lower name);
        in
        if stringLength name <= 64 && likeness > best.likeness then
          {
            inherit likeness name;
          }
        else
          best
      )
      {
        likeness = 0.8;
        name = null;
      }
      names;
in
if stringLength word > 64 then null else best.name
