{ insomnia }:
insomnia.lib.mkProfile {
  name = "imported";
  tags = [ "profile" ];
  limits.turns = 7;
}
