system:
let
  run =
    name: script: attrs:
    derivation (
      {
        inherit name system;
        builder = "/bin/sh";
        args = [
          "-eu"
          script
        ];
      }
      // attrs
    );

  # Evaluates like a package, so that `nix flake check` accepts it; nothing that
  # is tried here builds one.
  absent = name: run "${name}-of-nixpkgs" ./absent.sh { };

  pkgs = {
    lib = {
      licenses.mit.spdxId = "MIT";
      optionalString = condition: text: if condition then text else "";
      escapeShellArg = text: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] text}'";
    };

    stdenv = {
      hostPlatform = { inherit system; };
      buildPlatform.canExecute = host: host.system == system;
    };

    callPackage =
      file: args:
      let
        package = import file;
      in
      package (builtins.intersectAttrs (builtins.functionArgs package) pkgs // args);

    buildGoModule =
      {
        pname,
        version,
        src,
        vendorHash,
        subPackages,
        ldflags ? [ ],
        tags ? [ ],
        env ? { },
        postInstall ? "",
        doInstallCheck ? false,
        installCheckPhase ? "",
        meta ? { },
      }:
      let
        goModules = run "${pname}-${version}-go-modules" ./vendor.sh {
          inherit src;
          goEnvironment = ./go-environment.sh;
          outputHash = vendorHash;
          outputHashAlgo = "sha256";
          outputHashMode = "recursive";
        };
        package = run "${pname}-${version}" ./build.sh (
          env
          // {
            inherit
              src
              goModules
              subPackages
              ldflags
              tags
              postInstall
              ;
            installCheckPhase = if doInstallCheck then installCheckPhase else "";
            goEnvironment = ./go-environment.sh;
          }
        );
      in
      package // { inherit goModules meta; };

    mkShell = _: absent "shell";
  }
  // builtins.listToAttrs (
    map
      (name: {
        inherit name;
        value = absent name;
      })
      [
        "go"
        "gopls"
        "nixfmt"
        "nixfmt-tree"
      ]
  );
in
pkgs
