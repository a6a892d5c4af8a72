# Merge cases: what a tree of layers must give, written before the merge.
#
# Each case: `root` (the layer given to the merge), then
#   value     the whole merged value (a required null is kept, a removed field is absent)
#   problems  [ "code path" ] in any order; absent means none
#   places    [ "file:line" ] of the first problem's positions, by base name (optional)
#   weak      [ "path priority" ] of winners that a preset at 1400 beats (optional)
#
# `t` are the tags of the library, `ref` is secrets.ref, `profile` makes a profile value
# over the schema of the cases, `layer` is the folder of layer files.
{
  t,
  ref,
  profile,
  layer,
}:
let
  # What nixpkgs' own functions make.
  nixpkgsForce = content: {
    _type = "override";
    priority = 50;
    inherit content;
  };
  nixpkgsDefault = content: {
    _type = "override";
    priority = 1000;
    inherit content;
  };
  base = {
    must = "x";
  };
  shared = profile {
    name = "shared";
    must = "x";
    tags = [ "shared" ];
    mode = "ask";
  };
  given = {
    inherit
      t
      ref
      profile
      layer
      base
      shared
      nixpkgsForce
      nixpkgsDefault
      ;
  };
in
builtins.concatMap (file: import file given) [
  ./merge-cases/layers.nix
  ./merge-cases/priorities.nix
  ./merge-cases/lists.nix
  ./merge-cases/maps.nix
  ./merge-cases/nulls.nix
  ./merge-cases/faults.nix
]
