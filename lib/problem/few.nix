# The first hundred of many problems, the last of them a count of the rest. A list is
# lazy in its items, so that the rest costs nothing: a profile with tens of thousands of
# mistakes is reported as soon as one with a few.
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
      message = "has ${toString (length problems - shown)} more problems";
      hint = "fix these first, then check it again";
    }
  ]
