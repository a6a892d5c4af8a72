{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder";
  imports = [
    insomnia.insomniaProfiles.coder
    ./project.nix
  ];

  description = "Writes code in this project";
  autonomy = "edits";
}
