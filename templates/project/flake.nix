{
  description = "A project with agent roles of its own";

  inputs.insomnia.url = "github:insomnia-pods/insomnia";
  # For the development shell alone: profiles and checks never fetch it.
  inputs.nixpkgs.follows = "insomnia/nixpkgs";

  outputs =
    {
      self,
      insomnia,
      nixpkgs,
    }:
    {
      insomniaProfiles = {
        coder = import ./agents/coder.nix { inherit insomnia; };
        reviewer = import ./agents/reviewer.nix { inherit insomnia; };
      };

      # What every role of this project must keep, regardless of who changes it.
      checks =
        let
          inherit (insomnia.lib) policy;
        in
        insomnia.lib.mkChecks {
          profiles = self.insomniaProfiles;
          policies = {
            "*" = [ (policy.maxAutonomy "edits") ];
            reviewer = [ policy.cannotWrite ];
          };
        };

      # `nix develop` lists the roles and the Pods of this project.
      devShells = builtins.mapAttrs (system: packages: {
        default = nixpkgs.legacyPackages.${system}.mkShell {
          packages = [ packages.insomnia ];
          shellHook = insomnia.lib.mkShellHook { profiles = self.insomniaProfiles; };
        };
      }) insomnia.packages;
    };
}
