# A stand-in for nixpkgs, for checks/modules: the real `lib`, which is copied beside this
# file, and of the packages as much as flake-parts and home-manager evaluate.
{
  outputs =
    _:
    let
      lib = import ./lib;
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (
        system: import ./. { inherit system; }
      );
    };
}
