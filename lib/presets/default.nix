# The semantic presets: they turn words of a profile into numbers of the manifest.
#
# Each preset is a file: where an author writes it (`at`), its `choices` with their
# `order` from least to most, its `default`, and `derive`, which gives manifest
# fields together with the formulas that they come from.
let
  inherit (builtins)
    attrNames
    attrValues
    concatLists
    concatStringsSep
    filter
    isAttrs
    isInt
    isString
    mapAttrs
    ;

  choose = import ./choose.nix;
  collect = import ./collect.nix;
  gatherFacts = import ./facts.nix;
  lookup = import ./lookup.nix;
  resolveModel = import ./model.nix;

  all = {
    autonomy = import ./autonomy.nix;
    budget = import ./context-budget.nix;
    compaction = import ./compaction.nix;
    keys = import ./keys.nix;
    memory = import ./memory.nix;
    pruning = import ./pruning.nix;
    retention = import ./retention.nix;
    toolPolicy = import ./tool-policy.nix;
    variant = import ./variant.nix;
    web = import ./web.nix;
  };

  # Those with numbers of their own.
  deriving = removeAttrs all [ "keys" ];

  keep = test: set: removeAttrs set (filter (name: !(test name set.${name})) (attrNames set));

  # The fields of a model that have the type that the derivation counts with.
  modelFields =
    let
      texts = {
        ref = true;
        provider = true;
        id = true;
        wireApi = true;
        baseUrl = true;
        effort = true;
      };
      numbers = {
        contextWindowTokens = true;
        maxOutputTokens = true;
      };
      sections = {
        headers = true;
        prices = true;
      };
    in
    keep (
      name: value:
      texts ? ${name} && isString value
      || numbers ? ${name} && isInt value
      || sections ? ${name} && isAttrs value
      || name == "auth" && value != null
    );

  /**
    Derives manifest fields from the presets, the model and the delegates of a
    merged profile.

    # Inputs

    `profile`
    : the profile after the merge: plain values, absent fields absent or null

    # Type

    ```
    derive :: Profile -> {
      values :: PartialManifest;
      sources :: { ${path} :: { name :: String; value :: String; formula :: String; } };
      problems :: [ Problem ];
    }
    ```

    The values fill in below the author's own; presets never replace what is
    written.
  */
  derive =
    profile:
    let
      chosen = mapAttrs (_: preset: choose preset profile facts) all;
      parts = mapAttrs (name: preset: preset.derive facts chosen.${name}.parameters) deriving;
      facts = gatherFacts {
        inherit
          profile
          pod
          chosen
          parts
          ;
      };

      conventional = chosen.keys.parameters;
      share = all.variant.share chosen.variant.parameters;
      inherit (chosen.variant.parameters) effort;

      # The slots whose key follows the provider; see profile/staleAuth.nix.
      follows = at: builtins.elem (at ++ [ "auth" ]) (profile.follows or [ ]);

      overridden = lookup [
        "overrides"
        "model"
      ] { } profile;

      pod = resolveModel {
        at = [ "model" ];
        given = modelFields (lookup [ "model" ] { } profile) // modelFields overridden;
        parent = { };
        follows = follows [ "model" ];
        inherit conventional share effort;
      };

      delegates = mapAttrs (
        name: delegate:
        resolveModel {
          at = [
            "subagents"
            name
            "model"
          ];
          given = modelFields delegate.model;
          parent = {
            effort = parts.variant.values.model.effort.value;
          }
          // pod.model;
          follows = follows [
            "subagents"
            name
            "model"
          ];
          inherit conventional share effort;
        }
      ) (keep (_: delegate: isAttrs (lookup [ "model" ] null delegate)) facts.subagents);

      byPreset = map (name: {
        name = concatStringsSep "." all.${name}.at;
        value = chosen.${name}.written;
        tree = parts.${name}.values;
      }) (attrNames deriving);

      byModel = {
        name = "model.ref";
        value = pod.model.ref;
        tree.model = pod.tree;
      };

      byDelegate = map (name: {
        name = if delegates.${name}.own then "subagents.${name}.model.ref" else "model.ref";
        value = delegates.${name}.model.ref;
        tree.subagents.${name}.model = delegates.${name}.tree;
      }) (attrNames delegates);

      collected = collect (byPreset ++ [ byModel ] ++ byDelegate);
    in
    {
      inherit (collected) values sources;
      problems = concatLists (
        map (part: part.problems) (attrValues chosen ++ [ pod ] ++ attrValues delegates)
      );
    };
in
{
  inherit all derive;
  toolPolicies = import ./tool-sets.nix;
}
