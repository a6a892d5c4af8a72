{
  imports = [ ./cycle-b.nix ];
  mode = "ask";
}
