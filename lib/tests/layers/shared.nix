{
  tags = [ "shared" ];
  limits.turns = 10;
}
