{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder";
  imports = [
    insomnia.insomniaProfiles.coder
    ./habits.nix
  ];

  autonomy = "edits";
}
