# For flakes made with flake-parts: profiles set under `insomnia` become the
# outputs `insomniaProfiles` and `checks`. This file needs nothing of flake-parts,
# so the lock file of whoever imports it does not grow.
{ insomnia }:
{ lib, config, ... }:
let
  cfg = config.insomnia;
in
{
  _file = __curPos.file;

  options.insomnia = {
    profiles = lib.mkOption {
      type = lib.types.lazyAttrsOf lib.types.raw;
      default = { };
      description = "Profiles by name: what `insomnia.lib.mkProfile` or `insomnia.lib.mkManifest` returns.";
      example = lib.literalExpression "{ coder = inputs.insomnia.lib.mkProfile ./profiles/coder.nix; }";
    };

    policies = lib.mkOption {
      type = lib.types.raw;
      default = { };
      description = "What must hold for these profiles, by their names, as `insomnia.lib.mkChecks` takes it.";
      example = lib.literalExpression "{ reviewer = [ inputs.insomnia.lib.policy.cannotWrite ]; }";
    };
  };

  config = {
    flake.insomniaProfiles = cfg.profiles;

    perSystem =
      { system, ... }:
      {
        checks = (insomnia.lib.mkChecks { inherit (cfg) profiles policies; }).${system};
      };
  };
}
