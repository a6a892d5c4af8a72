# Edit distance of two short strings (insert, delete, replace). Only for hints: it costs
# length times length.
a: b:
let
  inherit (builtins)
    elemAt
    foldl'
    genList
    stringLength
    substring
    ;
  least = x: y: if x < y then x else y;
  width = stringLength b;
  row =
    previous: i:
    let
      letter = substring i 1 a;
    in
    (foldl'
      (
        state: j:
        let
          cost = if letter == substring j 1 b then 0 else 1;
          next = least (least (state.left + 1) (elemAt previous (j + 1) + 1)) (elemAt previous j + cost);
        in
        builtins.seq next {
          left = next;
          cells = state.cells ++ [ next ];
        }
      )
      {
        left = i + 1;
        cells = [ (i + 1) ];
      }
      (genList (j: j) width)
    ).cells;
  last = foldl' row (genList (j: j) (width + 1)) (genList (i: i) (stringLength a));
in
elemAt last width
