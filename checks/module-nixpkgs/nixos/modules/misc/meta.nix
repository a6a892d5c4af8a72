# As much of nixpkgs' module as home-manager asks for.
{ lib, ... }:
{
  options.meta = lib.mkOption {
    type = lib.types.attrsOf lib.types.raw;
    internal = true;
    default = { };
  };
}
