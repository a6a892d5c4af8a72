/**
  Turns profiles into the `checks` of one's own flake: one that the profile is
  valid, and one for each policy that is asked of it. The checks need no
  nixpkgs and no shell, and the same derivations serve every system.

  # Inputs

  `profiles`
  : profiles by name: what `mkProfile` or `mkManifest` returned

  `policies`
  : policies by the name of the profile that they are asked of; a list stands
    for policies that every profile must keep, and so does the name `*`

  `systems`
  : the systems to make checks for

  # Type

  ```
  mkChecks :: {
    profiles :: { ${name} :: Profile | Manifest };
    policies :: { ${name} :: [ Policy ] } | [ Policy ];
    systems :: [ String ];
  } -> { ${system} :: { ${check} :: Derivation } }
  ```

  A profile `coder` gives `profile-coder`, whose output is the manifest, and a
  policy `no-shell` of it gives `policy-coder-no-shell`. A check that fails
  throws the report of what is wrong.

  # Examples

  ```nix
  checks = insomnia.lib.mkChecks {
    profiles = self.insomniaProfiles;
    policies.reviewer = [ insomnia.lib.policy.cannotWrite ];
  };
  ```
*/
{
  profiles,
  policies ? { },
  systems ? [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "aarch64-darwin"
  ],
}:
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elemAt
    filter
    genList
    isAttrs
    isList
    length
    listToAttrs
    toJSON
    ;

  report = import ./report.nix;
  manifestOf = import ./manifestOf.nix;
  passed = import ./passedCheck.nix;

  names = attrNames profiles;
  byName =
    if isList policies then
      { "*" = policies; }
    else if isAttrs policies then
      policies
    else
      throw "mkChecks: `policies` is a set of lists by the name of a profile, or a list for every profile";

  strangers = filter (name: name != "*" && !(profiles ? ${name})) (attrNames byName);

  # A problem with the place that set its field, as far as the profile can tell:
  # that of the definition that won, or of the word that a preset went by.
  located =
    profile: problem:
    let
      entry = profile.explain.${problem.path} or { };
      preset = entry.preset or { };
      places = filter (place: place.file != null) (
        entry.definitions or [ ] ++ (if preset == null then [ ] else preset.definitions or [ ])
      );
    in
    problem
    // {
      positions = map (place: { inherit (place) file line column; }) places;
    };

  problems = count: if count == 1 then "a problem" else "${toString count} problems";

  valid = name: {
    name = "profile-${name}";
    value = passed "insomnia-profile-${name}.json" (toJSON (manifestOf name profiles.${name}));
  };

  # Two policies of one name (two requireDeny, say) are numbered.
  policed =
    name:
    let
      asked = byName."*" or [ ] ++ byName.${name} or [ ];
      nameOf = index: (elemAt asked index).name or "custom";
      earlier = index: length (filter (other: nameOf other == nameOf index) (genList (n: n) index));
      number = index: if earlier index == 0 then "" else "-${toString (earlier index + 1)}";
    in
    genList (
      index:
      let
        check = "${name}-${nameOf index}${number index}";
        found = elemAt asked index (manifestOf name profiles.${name});
      in
      {
        name = "policy-${check}";
        value =
          if found == [ ] then
            passed "insomnia-policy-${check}" "${check}: holds\n"
          else
            throw (
              report "the profile `${name}` breaks the policy `${nameOf index}`, with ${problems (length found)}"
                (map (located profiles.${name}) found)
            );
      }
    ) (length asked);

  checks =
    if strangers != [ ] then
      throw "mkChecks: `policies` names ${
        concatStringsSep ", " (map (name: "`${name}`") strangers)
      }, and there is no such profile; the profiles are ${concatStringsSep ", " names}"
    else
      listToAttrs (map valid names ++ concatMap policed names);
in
listToAttrs (
  map (name: {
    inherit name;
    value = checks;
  }) systems
)
