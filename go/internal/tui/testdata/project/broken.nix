{ insomnia }:
insomnia.lib.mkProfile {
  name = "broken";
  imports = [ insomnia.insomniaProfiles.coder ];
  modle.ref = "anthropic/claude-sonnet-4-5";
}
