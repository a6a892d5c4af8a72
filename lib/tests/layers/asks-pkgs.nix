{ insomnia, pkgs, ... }:
{
  note = pkgs.hello;
}
