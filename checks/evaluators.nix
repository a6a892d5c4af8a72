# Everything that two evaluators must say alike, as data: what the library's own
# tests find, the corpus judged by the Nix validator, and of every profile in
# this repository the problems, the manifest and the explanation.
let
  inherit (builtins) mapAttrs;

  insomnia = {
    lib = import ../lib;
    insomniaProfiles = import ../profiles { inherit insomnia; };
  };

  all = profile: {
    inherit (profile) name problems explain;
    manifest = if profile.problems == [ ] then profile.manifest else null;
  };
in
{
  tests = (import ../lib/tests).results;
  corpus = (import ./conformance.nix).found;
  profiles = mapAttrs (_: all) insomnia.insomniaProfiles;
  template = {
    coder = all (import ../templates/profile/profiles/coder.nix { inherit insomnia; });
    reviewer = all (import ../templates/profile/profiles/reviewer/profile.nix { inherit insomnia; });
  };
  composed = mapAttrs (_: all) (import ../templates/composed { inherit insomnia; });
}
