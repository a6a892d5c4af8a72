# Makes a profile of each layer with the Nix library: its problems, and its
# manifest when there are none. `layers` is a file of JSON; a layer with the field
# `over` is laid over the profile of the layer with that number.
{ root, layers }:
let
  insomnia = {
    lib = import (root + "/lib");
    insomniaProfiles = import (root + "/profiles") { inherit insomnia; };
  };
  read = builtins.fromJSON (builtins.readFile layers);
  profile =
    entry:
    insomnia.lib.mkProfile (
      entry.layer
      // (if entry ? over then { imports = [ (profile (builtins.elemAt read entry.over)) ]; } else { })
    );
  result =
    made:
    let
      problems = map (problem: "${problem.path}: ${problem.message}") made.problems;
    in
    {
      inherit problems;
      manifest = if problems == [ ] then made.manifest else null;
    };
in
{
  layers = map (entry: result (profile entry)) read;
  builtins = builtins.mapAttrs (_: result) insomnia.insomniaProfiles;
}
