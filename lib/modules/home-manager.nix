# For home-manager: installs the program, puts profiles where references of the
# form `user:NAME` find them, and writes the user's config.toml. What is wrong with
# any of them stops the switch.
{ insomnia }:
{
  lib,
  config,
  pkgs,
  ...
}:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    length
    mapAttrs
    ;
  inherit (lib) literalExpression mkOption types;

  cfg = config.programs.insomnia;
  toml = pkgs.formats.toml { };
  option = [
    "programs"
    "insomnia"
  ];

  placed = mapAttrs (import ./placed.nix { inherit insomnia lib; }) cfg.profiles;
  profiles = mapAttrs (_: entry: entry.value) (
    lib.filterAttrs (_: entry: entry.problems == [ ]) placed
  );

  # A report stops the switch.
  asserted = title: problems: {
    assertion = problems == [ ];
    message = insomnia.lib.report "${title} ${
      if length problems == 1 then "a problem" else "${toString (length problems)} problems"
    }" problems;
  };

  policyFaults = import ../policy/faults.nix (option ++ [ "policies" ]) (attrNames placed) cfg.policies;
  policed = concatMap (
    check:
    if check ? insomniaPolicy then
      [
        (asserted
          "the profile `${check.insomniaPolicy.profile}` of programs.insomnia.profiles breaks the policy `${check.insomniaPolicy.policy}`, with"
          check.insomniaPolicy.problems
        )
      ]
    else
      [ ]
  ) (
    attrValues
      (insomnia.lib.mkChecks {
        inherit profiles;
        policies = lib.filterAttrs (name: _: name == "*" || profiles ? ${name}) cfg.policies;
        systems = [ "all" ];
      }).all
  );
in
{
  _file = __curPos.file;
  # Two modules may both import this one.
  key = "insomnia#homeModules.default";

  options.programs.insomnia = {
    enable = lib.mkEnableOption "Insomnia, agent profiles in Nix (not the API client of the same name)";

    package = mkOption {
      type = types.nullOr types.package;
      default =
        pkgs.insomnia-pods
          or (import ./package.nix { inherit insomnia; } pkgs.stdenv.hostPlatform.system);
      defaultText = literalExpression "pkgs.insomnia-pods or insomnia.packages.\${system}.insomnia";
      description = ''
        The package of the program, with its man page and completions: that of
        `overlays.default` where your nixpkgs has it. Null installs none.
      '';
    };

    profiles = mkOption {
      type = types.attrsOf (types.either types.path types.raw);
      default = { };
      example = literalExpression ''
        {
          coder = ./profiles/coder.nix;
          reviewer = ./profiles/reviewer;
          quick = {
            imports = [ inputs.insomnia.insomniaProfiles.coder-fast ];
            retention = "7d";
          };
        }
      '';
      description = ''
        Your profiles by name; `user:NAME` refers to them. Each is one of

        - a file, `NAME.nix` or a Markdown layer. In a flake, the files in its directory go with it;
          otherwise it is copied alone: use a directory where it reads other files;
        - a directory with a `profile.nix`;
        - a profile value, a manifest, or a layer; its manifest is written.

        A profile with a problem stops the switch.
      '';
    };

    policies = mkOption {
      type = types.coercedTo (types.listOf types.raw) (list: { "*" = list; }) (
        types.attrsOf (types.listOf types.raw)
      );
      default = { };
      example = literalExpression ''{ "*" = [ (inputs.insomnia.lib.policy.maxAutonomy "edits") ]; }'';
      description = ''
        Policies by the name of the profile that they are asked of; `*` stands for every
        profile, and so does one list. A profile that breaks one stops the switch.
      '';
    };

    settings = mkOption {
      inherit (toml) type;
      default = { };
      example = literalExpression ''
        {
          default = "user:coder";
          secrets."anthropic.api.default" = {
            uri = "env:ANTHROPIC_API_KEY";
            hosts = [ "api.anthropic.com" ];
          };
        }
      '';
      description = ''
        Your `config.toml`: default, aliases, sources, bindings of secrets. What an agent may
        do or which model it uses is set in a profile. A key that the program does not know
        stops the switch. Never write a secret here: the Nix store is readable by every user.
        Commands such as `insomnia secret bind` write to `local.toml` in the same directory.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    assertions =
      map (name: asserted "programs.insomnia.profiles.${name} has" placed.${name}.problems) (
        attrNames placed
      )
      ++ [
        (asserted "programs.insomnia.policies has" policyFaults)
        (asserted "programs.insomnia.settings has" (
          import ./settingsProblems.nix { inherit insomnia; } cfg.settings
        ))
      ]
      ++ (if policyFaults == [ ] then policed else [ ]);

    home.packages = lib.optional (cfg.package != null) cfg.package;

    xdg.configFile =
      lib.foldl' (all: entry: all // entry.files) { } (attrValues placed)
      // lib.optionalAttrs (cfg.settings != { }) {
        "insomnia/config.toml".source = toml.generate "config.toml" cfg.settings;
      };
  };
}
