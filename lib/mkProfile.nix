# mkProfile for the `insomnia` that layers are called with.
insomnia:
let
  build = import ./profile/build.nix insomnia;
in
/**
  Makes a profile of a layer and what it imports: merges the layers, derives numbers from
  presets, validates. What is wrong is data, so that one evaluation can report on many
  profiles.

  # Inputs

  `layer`
  : an attribute set, a function of `{ insomnia }` that gives one, a path to either, or
    another profile

  # Type

  ```
  mkProfile :: Layer -> {
    _type :: "insomnia.profile";
    name :: String;
    problems :: [ Problem ];
    manifest :: Manifest;
    explain :: { ${path} :: Explanation };
    extend :: Layer -> Profile;
  }
  ```

  `manifest` is plain data; it throws one report if there are problems.

  # Examples

  ```nix
  insomniaProfiles.coder = insomnia.lib.mkProfile {
    name = "coder";
    imports = [ insomnia.insomniaProfiles.coder ./team.nix ];
    context.budget = "large";
  };
  ```
*/
layer: build { value = layer; }
