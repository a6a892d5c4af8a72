{
  description = "Agent profiles in Nix, resolved to one typed manifest";

  # Only packages, devShells and formatter force this input; whoever uses the
  # library and the profiles alone never fetches it.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];

      forEachSystem =
        function:
        builtins.listToAttrs (
          map (name: {
            inherit name;
            value = function name nixpkgs.legacyPackages.${name};
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
        _: pkgs: {
          default = pkgs.callPackage ./go/package.nix { src = self; };
        }
      );

      overlays.default = final: _: {
        insomnia = final.callPackage ./go/package.nix { src = self; };
      };

      devShells = forEachSystem (
        _: pkgs: {
          default = pkgs.mkShell {
            packages = [
              pkgs.go
              pkgs.gopls
              pkgs.nixfmt
            ];
          };
        }
      );

      formatter = forEachSystem (_: pkgs: pkgs.nixfmt-tree);

      flakeModules.default = import ./lib/modules/flake-parts.nix { insomnia = self; };

      homeModules.default = import ./lib/modules/home-manager.nix { insomnia = self; };
    };
}
