{ insomnia }:
insomnia.lib.mkProfile {
  name = "reviewer";
  imports = [
    insomnia.insomniaProfiles.reviewer
    ./project.nix
  ];

  description = "Reviews changes to this project";
}
