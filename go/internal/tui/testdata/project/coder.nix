{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder";
  imports = [ insomnia.insomniaProfiles.coder ];
  description = "The coder of this shop";
}
