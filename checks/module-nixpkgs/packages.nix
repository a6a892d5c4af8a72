{ lib, system }:
let
  # Needs a build outside of the sandbox, with what this machine has.
  run =
    name: attrs: script:
    derivation (
      {
        inherit name system;
        builder = "/bin/bash";
        args = [
          "-euc"
          "export PATH=/usr/bin:/bin\n${script}"
        ];
      }
      // attrs
    );

  # Evaluates like a package.
  absent =
    name:
    run name { } "echo ${name} >$out"
    // {
      pname = name;
      version = "1";
      override = _: absent name;
    };

  written =
    name: text: path:
    run name
      {
        inherit text;
        passAsFile = [ "text" ];
      }
      "mkdir -p \"$(dirname \"$out${path}\")\"; cp \"$textPath\" \"$out${path}\"";

  pkgs = {
    inherit lib pkgs system;
    path = ./.;
    config = { };
    overlays = [ ];
    buildPackages = pkgs;
    stdenv = {
      hostPlatform = lib.systems.elaborate system;
      buildPlatform = lib.systems.elaborate system;
    };
    inherit (pkgs.stdenv) hostPlatform;

    runCommand =
      name: env: script:
      run name (removeAttrs env [
        "preferLocalBuild"
        "allowSubstitutes"
        "meta"
        "passthru"
      ]) script
      // {
        meta = env.meta or { };
      };
    runCommandLocal = pkgs.runCommand;
    writeText = name: text: written name text "";
    writeTextDir = path: text: written (baseNameOf path) text "/${path}";
    writeTextFile =
      {
        name,
        text,
        destination ? "",
        ...
      }:
      written name text destination;
    writeScript = pkgs.writeText;
    writeShellScript = pkgs.writeText;
    writeShellScriptBin = pkgs.writeText;
    writeShellApplication = { name, text, ... }: pkgs.writeText name text;
    replaceVars = file: _: pkgs.writeText (baseNameOf file) "";
    buildEnv = { name, paths, ... }: run name { inherit paths; } "echo \"$paths\" >$out";
    symlinkJoin = pkgs.buildEnv;
    emptyDirectory = run "empty-directory" { } "mkdir $out";
    mkShell =
      {
        shellHook ? "",
        ...
      }:
      pkgs.writeText "shell" shellHook;

    formats =
      lib.genAttrs
        [
          "cdn"
          "configobj"
          "elixirConf"
          "gitIni"
          "hocon"
          "ini"
          "iniWithGlobalSection"
          "javaProperties"
          "json"
          "keyValue"
          "libconfig"
          "lua"
          "nixConf"
          "php"
          "plist"
          "pythonVars"
          "systemd"
          "toml"
          "xml"
          "yaml"
          "yaml_1_2"
        ]
        (
          _: _: {
            type = lib.types.attrsOf lib.types.anything;
            generate = name: value: pkgs.writeText name (builtins.toJSON value);
            lib.types.atom = lib.types.anything;
          }
        );
  }
  // lib.genAttrs [
    "bash"
    "bashInteractive"
    "coreutils"
    "dbus"
    "diffutils"
    "findutils"
    "gettext"
    "glibcLocales"
    "gnugrep"
    "gnused"
    "hicolor-icon-theme"
    "inetutils"
    "jq"
    "less"
    "lndir"
    "man"
    "man-db"
    "ncurses"
    "nix"
    "shared-mime-info"
    "systemd"
  ] absent;
in
pkgs
