# Holds the modules for flake-parts and home-manager to the library, with as much
# of nixpkgs' lib as they use. checks/modules tries them with the real module systems.
{ lib, insomniaProfiles }:
let
  inherit (builtins)
    attrNames
    mapAttrs
    ;

  insomnia = { inherit lib insomniaProfiles; };

  nixpkgsLib = import ./module-lib.nix;

  flakePartsLib.mkPerSystemOption = module: module;

  # The values of options that are not set.
  defaults = mapAttrs (_: option: option.default or null);

  flakeModule =
    settings:
    let
      module = import ../lib/modules/flake-parts.nix { inherit insomnia; } {
        lib = nixpkgsLib;
        flake-parts-lib = flakePartsLib;
        config.insomnia = mapAttrs (
          name: value: (module.options.insomnia.${name}.apply or (same: same)) value
        ) (defaults module.options.insomnia // settings);
      };
      checksOf =
        own:
        (module.config.perSystem {
          system = "x86_64-linux";
          config.insomnia = {
            profiles = null;
            policies = null;
          }
          // own;
        }).checks;
    in
    {
      inherit (module) key options;
      profiles = attrNames module.config.flake.insomniaProfiles;
      checks = attrNames (checksOf { });
      misplaced = (builtins.tryEval (attrNames (checksOf { profiles = { }; }))).success;
      perSystem = (module.options.perSystem { system = "x86_64-linux"; }).options.insomnia;
    };

  homeModule =
    settings:
    let
      module = import ../lib/modules/home-manager.nix { inherit insomnia; } {
        lib = nixpkgsLib;
        pkgs = {
          insomnia-pods = "insomnia-pods of nixpkgs";
          formats.toml = _: {
            type = "TOML value";
            generate = name: _: name;
          };
        };
        config.programs.insomnia = defaults module.options.programs.insomnia // settings;
      };
    in
    {
      inherit (module) key options;
      packages = module.config.home.packages or [ ];
      files = attrNames (module.config.xdg.configFile or { });
      reports = map (assertion: assertion.message) (
        builtins.filter (assertion: !assertion.assertion) (module.config.assertions or [ ])
      );
    };

  tests = [
    {
      name = "flake-parts: without a profile there is nothing";
      got = { inherit (flakeModule { }) profiles checks; };
      expected = {
        profiles = [ ];
        checks = [ ];
      };
    }
    {
      name = "flake-parts: profiles and policies become outputs and checks";
      got = {
        inherit
          (flakeModule {
            profiles = {
              inherit (insomniaProfiles) reviewer;
              file = ../profiles/coder/profile.nix;
              layer.imports = [ insomniaProfiles.coder ];
            };
            policies.reviewer = [ lib.policy.cannotWrite ];
          })
          profiles
          checks
          misplaced
          ;
      };
      expected = {
        profiles = [
          "file"
          "layer"
          "reviewer"
        ];
        checks = [
          "policy-reviewer-cannot-write"
          "profile-file"
          "profile-layer"
          "profile-reviewer"
        ];
        misplaced = false;
      };
    }
    {
      name = "modules that are imported twice count once";
      got = [
        (flakeModule { }).key
        (homeModule { }).key
      ];
      expected = [
        "insomnia#flakeModules.default"
        "insomnia#homeModules.default"
      ];
    }
    {
      name = "home-manager: nothing unless enabled";
      got = { inherit (homeModule { enable = false; }) packages files reports; };
      expected = {
        packages = [ ];
        files = [ ];
        reports = [ ];
      };
    }
    {
      name = "home-manager: files, folders, layers and the config are put in their places";
      got = {
        inherit
          (homeModule {
            enable = true;
            profiles = {
              coder = ../templates/profile/profiles/reviewer;
              single = ../templates/ci/profiles/reviewer.nix;
              written.imports = [ insomniaProfiles.coder ];
            };
            policies = { };
            settings.default = "user:coder";
          })
          packages
          files
          reports
          ;
      };
      expected = {
        packages = [ "insomnia-pods of nixpkgs" ];
        files = [
          "insomnia/config.toml"
          "insomnia/profiles/coder"
          "insomnia/profiles/single.nix"
          "insomnia/profiles/written.nix"
        ];
        reports = [ ];
      };
    }
    {
      name = "home-manager: what is wrong stops the switch";
      got = map (report: builtins.head (builtins.split "\n" report)) (
        (homeModule {
          enable = true;
          package = null;
          profiles = {
            "My Coder" = ../templates/profile/profiles/reviewer;
            broken.modle = { };
            coder.imports = [ insomniaProfiles.coder ];
          };
          policies.coder = [ lib.policy.cannotWrite ];
          settings = {
            defualt = "user:coder";
            secrets."a.b".value = "swordfish";
          };
        }).reports
      );
      expected = [
        "programs.insomnia.profiles.My Coder has a problem:"
        "programs.insomnia.profiles.broken has 2 problems:"
        "programs.insomnia.settings has 3 problems:"
        "the profile `coder` of programs.insomnia.profiles breaks the policy `cannot-write`, with 3 problems:"
      ];
    }
    {
      name = "no report shows a value of the settings";
      got = builtins.match ".*swordfish.*" (
        builtins.concatStringsSep "" (
          (homeModule {
            enable = true;
            settings.secrets = {
              "a.b".value = "swordfish";
              "c.d".uri = "swordfish";
              "e.f" = "swordfish";
              g = 1;
            };
          }).reports
        )
      );
      expected = null;
    }
  ];
in
import ./outcome.nix (map (test: test // { ok = test.got == test.expected; }) tests)
