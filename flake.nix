{
  description = "Agent profiles in Nix, resolved to one typed manifest";

  # Only packages, devShells and formatter force this input; a flake that uses only the
  # library and the profiles never fetches it.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      # nixpkgs no longer has x86_64-darwin; the library and the checks need no nixpkgs.
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];

      legacyPackages =
        nixpkgs.legacyPackages
          or (throw "insomnia: its input nixpkgs is not nixpkgs (`follows = \"\"`), so it has no packages: set insomnia.inputs.nixpkgs.follows = \"nixpkgs\", or take insomnia-pods of overlays.default from your own nixpkgs");

      forEachSystem =
        function:
        builtins.listToAttrs (
          map (name: {
            inherit name;
            value = function legacyPackages.${name};
          }) systems
        );
    in
    {
      lib = import ./lib;

      insomniaProfiles = import ./profiles {
        insomnia = { inherit (self) lib insomniaProfiles; };
      };

      templates = import ./templates;

      checks = import ./checks { inherit (self) lib insomniaProfiles templates; };

      packages = forEachSystem (
        pkgs:
        let
          insomnia = pkgs.callPackage ./go/package.nix { src = self; };
        in
        {
          default = insomnia;
          inherit insomnia;
        }
      );

      # nixpkgs has another product of the name `insomnia`, which stays as it is.
      overlays.default = final: _: {
        insomnia-pods = final.callPackage ./go/package.nix { src = self; };
      };

      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.go
            pkgs.gopls
            pkgs.nixfmt
          ];
        };
      });

      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree);

      flakeModules.default = import ./lib/modules/flake-parts.nix { insomnia = self; };

      homeModules.default = import ./lib/modules/home-manager.nix { insomnia = self; };
    };
}
