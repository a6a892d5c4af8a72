# For flakes that use flake-parts: profiles set under `insomnia` become the outputs
# `insomniaProfiles` and `checks`. This file depends on nothing from flake-parts, so it
# does not add to the lock file of a flake that imports it.
{ insomnia }:
{
  lib,
  config,
  flake-parts-lib,
  ...
}:
let
  inherit (builtins) attrNames mapAttrs;
  inherit (lib) literalExpression mkOption types;

  cfg = config.insomnia;
  loaded = import ./loaded.nix { inherit insomnia; };
  faults = import ../policy/faults.nix [ "insomnia" "policies" ] (attrNames cfg.profiles) cfg.policies;

  checks =
    system:
    if faults != [ ] then
      throw (insomnia.lib.report "the option insomnia.policies cannot be used" faults)
    else
      (insomnia.lib.mkChecks {
        inherit (cfg) profiles policies;
        systems = [ system ];
      }).${system};

  # What is the same for every system is refused where flake-parts has a module a system.
  misplaced =
    name:
    mkOption {
      type = types.raw;
      default = null;
      visible = false;
      description = "Refused: `insomnia.${name}` is set outside of `perSystem`.";
    };
  refused =
    perSystem:
    lib.filter (name: perSystem.${name} != null) [
      "profiles"
      "policies"
    ];
in
{
  _file = __curPos.file;
  # Two modules may both import this one.
  key = "insomnia#flakeModules.default";

  options.insomnia = {
    profiles = mkOption {
      type = types.attrsOf (types.either types.path types.raw);
      default = { };
      apply = mapAttrs loaded;
      description = ''
        Profiles by name: the path of a profile file, what `insomnia.lib.mkProfile` or
        `insomnia.lib.mkManifest` returns, or a layer. They become the output
        `insomniaProfiles`, and each a check `profile-NAME`.
      '';
      example = literalExpression ''
        {
          coder = ./profiles/coder.nix;
          reviewer = {
            imports = [ inputs.insomnia.insomniaProfiles.reviewer ];
            limits.maxTurns = 50;
          };
        }
      '';
    };

    policies = mkOption {
      type = types.coercedTo (types.listOf types.raw) (list: { "*" = list; }) (
        types.attrsOf (types.listOf types.raw)
      );
      default = { };
      description = ''
        Policies by the name of the profile that they are asked of; `*` stands for every
        profile, and so does one list. Each becomes a check `policy-NAME-POLICY`. What
        several modules set for one name is asked together.
      '';
      example = literalExpression ''
        {
          "*" = [ (inputs.insomnia.lib.policy.maxAutonomy "edits") ];
          reviewer = [ inputs.insomnia.lib.policy.cannotWrite ];
        }
      '';
    };
  };

  options.flake.insomniaProfiles = mkOption {
    type = types.lazyAttrsOf types.raw;
    default = { };
    description = "Profiles of this flake, by name: those of `insomnia.profiles`, and what is set here, which is not checked.";
    example = literalExpression "{ coder = inputs.insomnia.insomniaProfiles.coder; }";
  };

  options.perSystem = flake-parts-lib.mkPerSystemOption (
    { system, ... }:
    {
      _file = __curPos.file;

      options.insomnia = {
        package = mkOption {
          type = types.package;
          default = import ./package.nix { inherit insomnia; } system;
          defaultText = literalExpression "insomnia.packages.\${system}.insomnia";
          description = "The package of the program, for `packages` and development shells.";
        };

        shellHook = mkOption {
          type = types.lines;
          default = insomnia.lib.mkShellHook { inherit (cfg) profiles; };
          defaultText = literalExpression "insomnia.lib.mkShellHook { inherit (config.insomnia) profiles; }";
          description = "For the `shellHook` of a development shell: it lists the agents of this project, and its Pods.";
        };

        profiles = misplaced "profiles";
        policies = misplaced "policies";
      };
    }
  );

  config = {
    flake.insomniaProfiles = cfg.profiles;

    perSystem =
      { config, system, ... }:
      {
        checks =
          if refused config.insomnia != [ ] then
            throw "insomnia: ${
              lib.concatMapStringsSep " and " (name: "perSystem.insomnia.${name}") (refused config.insomnia)
            } cannot be set: profiles are the same on every system; set ${
              lib.concatMapStringsSep " and " (name: "insomnia.${name}") (refused config.insomnia)
            } outside of perSystem"
          else
            checks system;
      };
  };
}
