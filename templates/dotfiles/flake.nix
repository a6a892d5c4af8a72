{
  description = "A home with agent roles of your own";

  inputs = {
    insomnia.url = "github:insomnia-pods/insomnia";
    nixpkgs.follows = "insomnia/nixpkgs";
    home-manager = {
      url = "github:nix-community/home-manager";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      insomnia,
      nixpkgs,
      home-manager,
    }:
    {
      # The same roles as `.#coder`, which can be resolved and checked before a switch.
      insomniaProfiles = {
        coder = import ./agents/coder.nix { inherit insomnia; };
        reader = import ./agents/reader.nix { inherit insomnia; };
      };

      checks = insomnia.lib.mkChecks {
        profiles = self.insomniaProfiles;
        policies.reader = [ insomnia.lib.policy.cannotWrite ];
      };

      homeConfigurations.me = home-manager.lib.homeManagerConfiguration {
        pkgs = nixpkgs.legacyPackages.x86_64-linux;
        modules = [
          insomnia.homeModules.default
          ./home.nix
        ];
      };
    };
}
