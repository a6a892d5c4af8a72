{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder";
  description = "The team's coder";
  imports = [
    insomnia.insomniaProfiles.coder
    ../layers/team.nix
  ];

  context.budget = "medium";

  # The mirror that the build downloads from.
  sandbox.allowedDomains = [ "mirror.example.org" ];
}
