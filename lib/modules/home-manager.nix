# For home-manager: installs the program, puts profiles where references of the
# form `user:NAME` find them, and writes the user's config.toml.
{ insomnia }:
{
  lib,
  config,
  pkgs,
  ...
}:
let
  cfg = config.programs.insomnia;
  toml = pkgs.formats.toml { };

  # A folder holds profile.nix and the prompts that it reads; a file stands alone.
  profileFile =
    name: source:
    lib.nameValuePair "insomnia/profiles/${name}${
      lib.optionalString (!lib.pathIsDirectory source) ".nix"
    }" { inherit source; };
in
{
  _file = __curPos.file;

  options.programs.insomnia = {
    enable = lib.mkEnableOption "Insomnia";

    package = lib.mkOption {
      type = lib.types.package;
      default = insomnia.packages.${pkgs.stdenv.hostPlatform.system}.default;
      defaultText = lib.literalExpression "insomnia.packages.\${system}.default";
      description = "The package that provides the `insomnia` command.";
    };

    profiles = lib.mkOption {
      type = lib.types.attrsOf lib.types.path;
      default = { };
      example = lib.literalExpression "{ coder = ./profiles/coder.nix; reviewer = ./profiles/reviewer; }";
      description = ''
        Profiles of this user by name: a file, or a folder with a `profile.nix` in it.
        `user:NAME` refers to them.
      '';
    };

    settings = lib.mkOption {
      inherit (toml) type;
      default = { };
      example = lib.literalExpression ''{ default = "user:coder"; }'';
      description = ''
        The user's `config.toml`: sources, aliases, defaults, secret bindings. What an
        agent may do or which model it uses belongs in a profile, not here.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    home.packages = [ cfg.package ];
    xdg.configFile =
      lib.mapAttrs' profileFile cfg.profiles
      // lib.optionalAttrs (cfg.settings != { }) {
        "insomnia/config.toml".source = toml.generate "config.toml" cfg.settings;
      };
  };
}
