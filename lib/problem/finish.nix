# Turns a problem as it is found (`at` is a list of keys) into the shape that leaves the
# library. `positions` may stand in the problem already; else they are looked up.
lookup: problem:
let
  path = import ./path.nix;
in
{
  inherit (problem) code message;
  path = path.dotted problem.at;
  pointer = path.pointer problem.at;
  positions = problem.positions or (lookup problem.at);
}
// (if problem ? expected then { inherit (problem) expected; } else { })
// (if problem ? hint then { inherit (problem) hint; } else { })
