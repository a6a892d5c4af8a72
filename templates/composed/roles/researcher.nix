{ insomnia }:
insomnia.lib.mkProfile {
  name = "researcher";
  description = "The team's researcher";
  imports = [
    insomnia.insomniaProfiles.researcher
    ../layers/team.nix
  ];

  web.search.maxResults = 20;
}
