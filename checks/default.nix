# The `checks` of this flake. None forces nixpkgs, and the same derivations serve
# every system.
{
  lib,
  insomniaProfiles,
  templates,
}:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    filter
    foldl'
    length
    listToAttrs
    mapAttrs
    ;
  inherit (lib) mkChecks policy;

  # A run is `{ count; differences; }`; without a single case it would prove nothing.
  suite =
    name: run:
    if run.count == 0 then
      throw "${name}: there is not one case"
    else if run.differences != [ ] then
      throw "${name}: ${toString (length run.differences)} of ${toString run.count} fail:\n${
        concatStringsSep "\n" (map (line: "  " + line) run.differences)
      }"
    else
      import ../lib/passedCheck.nix "insomnia-${name}" "${name}: ${toString run.count} hold\n";

  suites = {
    conformance = suite "conformance" (import ./conformance.nix);
    library = suite "library" (import ./library.nix);
    modules = suite "modules" (import ./modules.nix { inherit lib insomniaProfiles; });
  };

  builtIn = mkChecks {
    profiles = insomniaProfiles;
    policies = {
      reviewer = [ policy.cannotWrite ];
      reviewer-cheap = [ policy.cannotWrite ];
      researcher = [ policy.noShell ];
      researcher-cheap = [ policy.noShell ];
      researcher-fast = [ policy.noShell ];
    };
  };

  # The checks that a template gives its user, with this flake as its input.
  ofTemplate =
    name:
    let
      flake = import (templates.${name}.path + "/flake.nix");
      self = flake.outputs (
        builtins.intersectAttrs (builtins.functionArgs flake.outputs) {
          inherit self;
          insomnia = { inherit lib insomniaProfiles; };
          nixpkgs = throw "the checks of the template ${name} need nixpkgs";
          home-manager = throw "the checks of the template ${name} need home-manager";
        }
      );
    in
    self.checks;

  prefixed =
    prefix: checks:
    listToAttrs (
      map (name: {
        name = prefix + name;
        value = checks.${name};
      }) (attrNames checks)
    );

  fromTemplates =
    system:
    foldl' (all: one: all // one) { } (
      map (name: prefixed "template-${name}-" (ofTemplate name).${system}) (
        filter (name: name != "default") (attrNames templates)
      )
    );
in
mapAttrs (system: checks: checks // suites // fromTemplates system) builtIn
