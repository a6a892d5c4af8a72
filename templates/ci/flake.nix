{
  description = "Agent roles that a pipeline checks";

  inputs.insomnia.url = "github:insomnia-pods/insomnia";

  outputs =
    { self, insomnia }:
    {
      insomniaProfiles.reviewer = import ./profiles/reviewer.nix { inherit insomnia; };

      # What every profile must keep, regardless of who changes it.
      checks = insomnia.lib.mkChecks {
        profiles = self.insomniaProfiles;
        policies.reviewer = [ insomnia.lib.policy.cannotWrite ];
      };
    };
}
