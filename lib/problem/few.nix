# The first hundred of many problems, the last of them a note that there are more. A list
# is lazy in its items, so that the rest costs nothing: a profile with tens of thousands of
# mistakes is reported as soon as one with a few. How many more is not told, since not all
# of them are looked for.
problems:
let
  inherit (builtins) elemAt genList length;
  most = 100;
  shown = most - 1;
in
if length problems <= most then
  problems
else
  genList (elemAt problems) shown
  ++ [
    {
      at = [ ];
      code = "more-problems";
      message = "too many problems; the others are not listed";
      hint = "fix these first, then check it again";
    }
  ]
