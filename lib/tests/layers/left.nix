{
  imports = [ ./shared.nix ];
  tags = [ "left" ];
}
