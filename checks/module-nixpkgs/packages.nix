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
      meta.mainProgram = name;
    };

  written =
    name: text: path:
    run name
      {
        inherit text;
        passAsFile = [ "text" ];
      }
      "mkdir -p \"$(dirname \"$out${path}\")\"; cp \"$textPath\" \"$out${path}\"";

  # A set as TOML: what JSON and TOML write alike, and tables.
  tables =
    path: set:
    let
      isTable = _: value: builtins.isAttrs value;
    in
    lib.concatStrings (
      lib.optional (path != [ ]) "[${lib.concatMapStringsSep "." builtins.toJSON path}]\n"
      ++ lib.mapAttrsToList (name: value: "${builtins.toJSON name} = ${builtins.toJSON value}\n") (
        lib.filterAttrs (name: value: !(isTable name value)) set
      )
      ++ lib.mapAttrsToList (name: tables (path ++ [ name ])) (lib.filterAttrs isTable set)
    );

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

    formats = {
      toml = _: {
        type = lib.types.attrsOf lib.types.anything;
        generate = name: value: pkgs.writeText name (tables [ ] value);
      };
    }
    // lib.genAttrs
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
    "insomnia-pods"
    "jq"
    "less"
    "lndir"
    "man"
    "man-db"
    "ncurses"
    "nix"
    "sd-switch"
    "shared-mime-info"
    "systemd"
  ] absent;
in
pkgs
