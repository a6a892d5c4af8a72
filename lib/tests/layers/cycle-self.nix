{
  imports = [ ./cycle-self.nix ];
  note = "self";
}
