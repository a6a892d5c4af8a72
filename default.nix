# For projects without flakes: npins, niv, fetchTarball.
#
#     insomnia = import sources.insomnia;
#     insomnia.lib.mkProfile ./coder.nix
let
  insomnia = {
    lib = import ./lib;
    insomniaProfiles = import ./profiles { inherit insomnia; };

    overlays.default = final: _: {
      insomnia-pods = final.callPackage ./go/package.nix { src = ./.; };
    };

    # They take the program from your nixpkgs, which needs the overlay.
    flakeModules.default = import ./lib/modules/flake-parts.nix { inherit insomnia; };
    homeModules.default = import ./lib/modules/home-manager.nix { inherit insomnia; };
  };
in
insomnia
