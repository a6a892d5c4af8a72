# Everything on which two evaluators must agree, as data: the results of the library's
# own tests, the corpus judged by the Nix validator, and the problems, the manifest and
# the explanation of every profile in this repository.
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
