# Every public function is documented in its file (RFC 145: inputs, type, examples) and used
# in a test.
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    filter
    map
    match
    readDir
    readFile
    replaceStrings
    ;
  lib = import ../.;
  test = (import ./build.nix).test "public";

  # Where each name of the library is written; null for what is data, or documented apart.
  files = {
    mkProfile = ../mkProfile.nix;
    mkManifest = ../mkManifest.nix;
    checkManifest = ../manifest/check.nix;
    report = ../report.nix;
    mkChecks = ../mkChecks.nix;
    flakeSchema = ../flakeSchema.nix;
    mkShellHook = ../mkShellHook.nix;
    options = ../options.nix;
    secrets = ../secrets.nix;
    plain = ../plain.nix;
    skillFromDir = ../skillFromDir.nix;
    mkDefault = ../priorities/mkDefault.nix;
    mkForce = ../priorities/mkForce.nix;
    mkOverride = ../priorities/mkOverride.nix;
    mkBefore = ../priorities/mkBefore.nix;
    mkAfter = ../priorities/mkAfter.nix;
    mkOrder = ../priorities/mkOrder.nix;
    mkIf = ../priorities/mkIf.nix;
    mkMerge = ../priorities/mkMerge.nix;
    models = null;
    policy = null;
    presets = null;
    toolPolicies = null;
  };
  functions = filter (name: files.${name} != null) (attrNames files);

  has = part: text: replaceStrings [ part ] [ "" ] text != text;

  testFiles = filter (name: name != "public.nix" && match ".*[.]nix" name != null) (
    attrNames (readDir ./.)
  );
  tests = concatStringsSep "\n" (map (name: readFile (./. + "/${name}")) testFiles);

  undocumented = concatMap (
    name:
    let
      text = readFile files.${name};
    in
    concatMap (part: if has part text then [ ] else [ "${name}: ${part}" ]) (
      [
        "/**"
        "# Type"
        "# Examples"
      ]
      ++ (if name == "flakeSchema" || name == "options" then [ ] else [ "# Inputs" ])
    )
  ) functions;
in
[
  (test "every name of the library is accounted for" (attrNames lib) (attrNames files))
  (test "every function is documented" undocumented [ ])
  (test "every function is used in a test" (filter (name: !(has name tests)) functions) [ ])
]
