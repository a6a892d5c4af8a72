{
  description = "Agent roles of our own";

  inputs.insomnia.url = "github:insomnia-pods/insomnia";

  outputs =
    { self, insomnia }:
    {
      insomniaProfiles = {
        coder = import ./profiles/coder.nix { inherit insomnia; };
        reviewer = import ./profiles/reviewer/profile.nix { inherit insomnia; };
      };

      checks = insomnia.lib.mkChecks {
        profiles = self.insomniaProfiles;
        policies.reviewer = [ insomnia.lib.policy.cannotWrite ];
      };
    };
}
