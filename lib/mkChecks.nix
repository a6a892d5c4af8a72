/**
  Turns profiles into the `checks` of one's own flake: one that the profile is
  valid, and one for each policy that is asked of it. The checks need no
  nixpkgs and no shell, and the same derivations serve every system.

  # Inputs

  `profiles`
  : profiles by name: what `mkProfile` or `mkManifest` returned

  `policies`
  : policies by the name of the profile that they are asked of; the name `*` is
    for every profile, and a list alone is, too

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
  throws the report of what is wrong as soon as it is to be built. What the report
  says, a check of a policy carries as data in `insomniaPolicy`, which is what
  `insomnia verify` reads.

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
    elemAt
    filter
    genList
    isList
    length
    listToAttrs
    toJSON
    ;

  findings = import ./policy/findings.nix;
  report = import ./report.nix;
  manifestOf = import ./manifestOf.nix;
  passed = import ./passedCheck.nix;

  names = attrNames profiles;
  byName = if isList policies then { "*" = policies; } else policies;
  faults = import ./policy/faults.nix [ "policies" ] names policies;

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
      positions =
        if problem.positions or [ ] != [ ] then
          problem.positions
        else
          map (place: { inherit (place) file line column; }) places;
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
    genList (index: judged name (nameOf index + number index) (elemAt asked index)) (length asked);

  # A check of one policy. It is a derivation whose paths alone depend on the verdict, so
  # that what it carries can be read without building or throwing anything.
  judged =
    name: policy: holds:
    let
      check = "${name}-${policy}";
      manifest = manifestOf name profiles.${name};
      found = map (located profiles.${name}) (findings policy (holds manifest));
      decides = holds.decides or null;

      expected = length (decides.allow ++ decides.ask ++ decides.deny);
      undecided = if decides == null then 0 else length (holds.undecided manifest);
      left = "Nix cannot decide ${toString undecided} of ${toString expected} calls; run `insomnia verify`";

      verdict =
        if found != [ ] then
          throw (
            report "the profile `${name}` breaks the policy `${policy}`, with ${problems (length found)}" found
          )
        else if undecided != 0 then
          builtins.trace "warning: policy-${check}: ${left}" (
            passed "insomnia-policy-${check}" "${check}: holds, but ${left}\n"
          )
        else
          passed "insomnia-policy-${check}" "${check}: holds\n";

      result = {
        type = "derivation";
        name = "insomnia-policy-${check}";
        system = "builtin";
        outputName = "out";
        outputs = [ "out" ];
        out = result;
        all = [ result ];
        inherit (verdict) drvPath outPath drvAttrs;

        insomniaPolicy = {
          profile = name;
          inherit policy decides manifest;
          problems = found;
        };
      };
    in
    {
      name = "policy-${check}";
      value = result;
    };

  checks =
    if faults != [ ] then
      throw (report "the argument `policies` of mkChecks has ${problems (length faults)}" faults)
    else
      listToAttrs (map valid names ++ concatMap policed names);
in
listToAttrs (
  map (name: {
    inherit name;
    value = checks;
  }) systems
)
