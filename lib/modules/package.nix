# The package of the program for a system, of the flake's own nixpkgs.
{ insomnia }:
system:
insomnia.packages.${system}.insomnia
  or (throw "insomnia: there is no package for ${system}; take one of your own nixpkgs: pkgs.callPackage (insomnia + \"/go/package.nix\") { src = insomnia; }")
