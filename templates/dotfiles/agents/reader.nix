{ insomnia }:
insomnia.lib.mkProfile {
  name = "reader";
  imports = [
    insomnia.insomniaProfiles.reviewer
    ./habits.nix
  ];

  description = "Explains code, and changes nothing";
}
