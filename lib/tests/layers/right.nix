{ insomnia }:
{
  imports = [ ./shared.nix ];
  tags = [ "right" ];
  limits.turns = 20;
}
