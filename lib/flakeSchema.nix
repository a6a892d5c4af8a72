/**
  Describes the output `insomniaProfiles` to a Nix that reads flake schemas (Determinate
  Nix). It is offered, not set: a flake that defines `schemas` replaces all the schemas that
  such a Nix knows by itself, so take this one beside them.

  # Type

  ```
  flakeSchema :: { version :: Int; doc :: String; inventory :: AttrSet -> AttrSet; }
  ```

  # Examples

  ```nix
  schemas = inputs.flake-schemas.schemas // {
    insomniaProfiles = insomnia.lib.flakeSchema;
  };
  ```
*/
{
  version = 1;
  doc = ''
    The `insomniaProfiles` output holds agent profiles: what `mkProfile` or `mkManifest`
    returns. `insomnia resolve .#NAME` prints the manifest of one.
  '';
  inventory = output: {
    children = builtins.mapAttrs (name: profile: {
      what = "agent profile";
      shortDescription = (profile.manifest or profile).profile.description or "";
      evalChecks.hasNoProblems = profile.problems or [ ] == [ ];
    }) output;
  };
}
