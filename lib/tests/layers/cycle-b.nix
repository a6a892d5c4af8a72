{
  imports = [ ./cycle-a.nix ];
  note = "b";
}
