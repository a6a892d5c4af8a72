# The library: a table of contents. It needs nothing but Nix itself.
#
#     mkProfile { name = "coder"; model.ref = "anthropic/claude-sonnet-4-5"; }
#
# gives a profile value: `problems` (data), `manifest` (plain data), `explain`, `extend`.
let
  presets = import ./presets;

  # What a layer that is a function is called with.
  insomnia = {
    inherit lib;
    insomniaProfiles = import ../profiles { inherit insomnia; };
  };

  lib = {
    # Profiles and manifests
    mkProfile = import ./mkProfile.nix insomnia;
    mkManifest = import ./mkManifest.nix;
    checkManifest = import ./manifest/check.nix;
    report = import ./report.nix;

    # In your own flake
    mkChecks = import ./mkChecks.nix;
    policy = import ./policy;
    flakeSchema = import ./flakeSchema.nix;
    mkShellHook = import ./mkShellHook.nix;
    options = import ./options.nix;

    # Values in a profile
    secrets = import ./secrets.nix;
    plain = import ./plain.nix;
    skillFromDir = import ./skillFromDir.nix;
    mkDefault = import ./priorities/mkDefault.nix;
    mkForce = import ./priorities/mkForce.nix;
    mkOverride = import ./priorities/mkOverride.nix;
    mkBefore = import ./priorities/mkBefore.nix;
    mkAfter = import ./priorities/mkAfter.nix;
    mkOrder = import ./priorities/mkOrder.nix;
    mkIf = import ./priorities/mkIf.nix;
    mkMerge = import ./priorities/mkMerge.nix;

    # What presets know
    models = import ./models.nix;
    inherit (presets) toolPolicies;
    inherit presets;
  };
in
lib
