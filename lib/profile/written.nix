# What the author wrote: the layers merged and validated, with what is wrong so far.
insomnia:
{ manifestNode, profileNode }:
let
  inherit (builtins)
    elem
    filter
    foldl'
    isInt
    isString
    length
    ;
  author = import ./author.nix manifestNode;
  collect = import ../merge/collect.nix insomnia;
  merge = import ../merge/merge.nix;
  presets = import ../presets;
  refine = import ./refine.nix profileNode;
  removed = import ../merge/removed.nix;
  staleAuth = import ./staleAuth.nix;
  twoRoles = import ./twoRoles.nix;
  unsaid = import ./unsaid.nix;
  validate = import ../validate/validate.nix { partial = true; } profileNode;
  without = import ./without.nix;

  # Whether the manifest cannot do without the field at a path.
  required =
    at:
    (foldl'
      (
        state: key:
        if state.node == null || isInt key then
          {
            node = null;
            required = false;
          }
        else if state.node.kind == "map" then
          {
            node = state.node.values;
            required = false;
          }
        else
          {
            node = state.node.props.${key} or null;
            required = elem key state.node.required;
          }
      )
      {
        node = manifestNode;
        required = false;
      }
      at
    ).required;
in
spec:
let
  collected = collect spec;
  inherit (collected) layers;
  merged = merge {
    inherit layers;
    node = profileNode;
    rootOnly = [ "name" ];
  };

  name = if isString (merged.value.name or null) then merged.value.name else spec.name or null;
  named =
    if name == null || merged.tree ? name then merged.tree else merged.tree // { inherit name; };
  missingName =
    if name == null && collected.rooted then
      [
        {
          code = "missing-name";
          at = [ "name" ];
          message = "a profile must set its own name; names are not inherited";
          expected = "name = \"NAME\"; of lowercase letters, digits and hyphens";
        }
      ]
    else
      [ ];

  # Fields that null took away and that the manifest needs.
  stuck = filter (
    at:
    let
      target = author.toManifest at;
    in
    target != null && required target
  ) merged.gone;
  notRemovable = map (at: {
    inherit at;
    code = "not-removable";
    message = "null cannot remove a required field";
    hint = "write a value, or remove the line to use the default";
  }) stuck;

  settled = foldl' without named stuck;
  value = if merged.gone == [ ] then named else removed.strip settled;

  # Layers in which a model is spoken of: with one there is nothing to compare.
  speaks = layer: layer.body ? model || layer.body ? overrides || layer.body ? subagents;
  stale =
    if length (filter speaks layers) < 2 then
      {
        follows = [ ];
        faults = [ ];
      }
    else
      staleAuth { inherit layers value; };
  # The keys that follow their provider are derived, as if they had not been set.
  tree = foldl' without settled stale.follows;
  current =
    if stale.follows == [ ] then
      value
    else
      foldl' without value stale.follows // { inherit (stale) follows; };
  lost =
    if merged.gone == [ ] && merged.forced == [ ] then
      [ ]
    else
      import ./lostServers.nix {
        inherit value;
        inherit (merged) gone forced;
      };
  derived = presets.derive (
    if lost == [ ] then current else current // { mcpServers = removeAttrs current.mcpServers lost; }
  );
  # A word that is not a preset is better explained by the presets.
  isPresetWord =
    problem:
    filter (other: other.code == "unknown-preset" && other.at == problem.at) derived.problems != [ ];

  # Problems that the schema does not cover.
  said =
    map refine (
      collected.faults
      ++ (
        if merged.faults == [ ] then
          [ ]
        else
          twoRoles {
            inherit layers;
            inherit (merged) faults;
          }
      )
    )
    ++ missingName
    ++ notRemovable
    ++ stale.faults;
  early = said ++ filter (problem: !(isPresetWord problem)) (validate value);
in
{
  inherit
    name
    layers
    tree
    value
    derived
    ;
  # Whether there is no problem except those that the schemas and the rules may report.
  sound = said == [ ] && derived.problems == [ ];
  inherit (merged) gone weak forced;
  problems = early ++ filter (unsaid early) derived.problems;
}
