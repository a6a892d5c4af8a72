# What Nix can decide about the names of subagents and skills.
let
  inherit (builtins) match stringLength;
  glob = import ./glob.nix;
in
{
  certain = name: stringLength name <= 256 && match "[A-Za-z0-9_.-]+" name != null;
  matches =
    pattern: name:
    if
      stringLength pattern > 256
      || match "[A-Za-z0-9_.*-]+" pattern == null
      || match ".*[*][*].*" pattern != null
    then
      null
    else
      glob pattern name;
}
