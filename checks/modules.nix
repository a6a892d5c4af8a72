# Holds the modules for flake-parts and home-manager to the library, with as much
# of nixpkgs' lib as they use. Their evaluation by the real module systems cannot
# be tried without fetching those.
{ lib, insomniaProfiles }:
let
  inherit (builtins)
    attrNames
    attrValues
    listToAttrs
    mapAttrs
    readDir
    ;

  insomnia = { inherit lib insomniaProfiles; };

  nixpkgsLib = {
    mkOption = option: option;
    mkEnableOption = name: { description = "Whether to enable ${name}."; };
    mkIf = condition: content: if condition then content else { };
    literalExpression = text: text;
    types = {
      raw = "raw";
      path = "path";
      package = "package";
      attrsOf = type: "attrs of ${type}";
      lazyAttrsOf = type: "lazy attrs of ${type}";
    };
    pathIsDirectory = path: (readDir (dirOf path)).${baseNameOf path} == "directory";
    optionalString = condition: text: if condition then text else "";
    optionalAttrs = condition: set: if condition then set else { };
    nameValuePair = name: value: { inherit name value; };
    mapAttrs' = function: set: listToAttrs (attrValues (mapAttrs function set));
  };

  # What an option holds when nobody sets it.
  defaults = options: mapAttrs (_: option: option.default or null) options;

  flakeModule =
    settings:
    let
      module = import ../lib/modules/flake-parts.nix { inherit insomnia; } {
        lib = nixpkgsLib;
        config.insomnia = defaults module.options.insomnia // settings;
      };
    in
    {
      profiles = attrNames module.config.flake.insomniaProfiles;
      checks = attrNames (module.config.perSystem { system = "x86_64-linux"; }).checks;
    };

  homeModule =
    settings:
    let
      module = import ../lib/modules/home-manager.nix { inherit insomnia; } {
        lib = nixpkgsLib;
        pkgs.formats.toml = _: {
          type = "toml";
          generate = name: _: name;
        };
        config.programs.insomnia =
          defaults module.options.programs.insomnia // { package = "the package"; } // settings;
      };
    in
    {
      packages = module.config.home.packages or [ ];
      files = attrNames (module.config.xdg.configFile or { });
    };

  tests = [
    {
      name = "flake-parts: without a profile there is nothing";
      got = flakeModule { };
      expected = {
        profiles = [ ];
        checks = [ ];
      };
    }
    {
      name = "flake-parts: profiles and policies become outputs and checks";
      got = flakeModule {
        profiles = { inherit (insomniaProfiles) reviewer; };
        policies.reviewer = [ lib.policy.cannotWrite ];
      };
      expected = {
        profiles = [ "reviewer" ];
        checks = [
          "policy-reviewer-cannot-write"
          "profile-reviewer"
        ];
      };
    }
    {
      name = "home-manager: nothing unless enabled";
      got = homeModule { enable = false; };
      expected = {
        packages = [ ];
        files = [ ];
      };
    }
    {
      name = "home-manager: a file, a folder and the config are put in their places";
      got = homeModule {
        enable = true;
        profiles = {
          base = ../profiles/base.nix;
          coder = ../profiles/coder;
        };
        settings.default = "user:coder";
      };
      expected = {
        packages = [ "the package" ];
        files = [
          "insomnia/config.toml"
          "insomnia/profiles/base.nix"
          "insomnia/profiles/coder"
        ];
      };
    }
  ];
in
import ./outcome.nix (map (test: test // { ok = test.got == test.expected; }) tests)
