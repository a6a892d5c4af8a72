{
  system ? (args.localSystem or { }).system or "x86_64-linux",
  overlays ? [ ],
  ...
}@args:
let
  lib = import ./lib;
in
builtins.foldl' (pkgs: overlay: pkgs // overlay pkgs pkgs) (import ./packages.nix {
  inherit lib system;
}) overlays
