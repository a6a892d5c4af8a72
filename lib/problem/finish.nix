# Turns a problem as it is found (`at` is a list of keys) into the form that the library
# returns. `positions` may be in the problem already; otherwise they are looked up.
# `inMarkdown` is the hint for an author who wrote the place as a frontmatter.
lookup: problem:
let
  ends = import ../text/ends.nix;
  path = import ./path.nix;
  positions = problem.positions or (lookup problem.at);
  markdown =
    problem ? inMarkdown && positions != [ ] && ends ".md" (builtins.head positions).file;
in
{
  inherit (problem) code message;
  path = path.dotted problem.at;
  pointer = path.pointer problem.at;
  inherit positions;
}
// (if problem ? expected then { inherit (problem) expected; } else { })
// (
  if markdown then
    { hint = problem.inMarkdown; }
  else if problem ? hint then
    { inherit (problem) hint; }
  else
    { }
)
