# A stand-in for nixpkgs on a machine that cannot fetch it:
#
#     nix flake check --override-input nixpkgs path:./checks/host-nixpkgs --no-write-lock-file
#     nix build .#default --override-input nixpkgs path:./checks/host-nixpkgs \
#       --no-write-lock-file --option sandbox false
#
# It has what this repository's flake takes from nixpkgs and nothing else.
# `buildGoModule` builds in the same two steps as the real one, with the Go of
# this machine, so the package definition and its `vendorHash` are truly tried.
{
  description = "Stand-in for nixpkgs that builds with the Go of this machine";

  outputs = _: {
    legacyPackages =
      builtins.listToAttrs (
        map
          (system: {
            name = system;
            value = import ./packages.nix system;
          })
          [
            "x86_64-linux"
            "aarch64-linux"
            "aarch64-darwin"
          ]
      )
      // {
        # As in nixpkgs from 26.11 on.
        x86_64-darwin = throw "Nixpkgs 26.11 has dropped support for x86_64-darwin";
      };
  };
}
