/**
  Fills a model from its reference and the catalog.

  # Inputs

  `at`
  : where the model stands in the profile, as a list of names
  `given`
  : the fields that are set, without nulls
  `parent`
  : the fields that a delegate's model takes over from the Pod's, or `{ }`
  `share`
  : function from the catalog's output cap to the one that is asked for
  `effort`
  : reasoning effort of the variant
  `follows`
  : whether the key is the conventional one of the provider, since the one that an
    imported layer chose is of another provider
  `conventional`
  : whether the preset `keys` gives each model the conventional key of its provider

  # Type

  ```
  model :: Args -> { tree :: Tree; model :: Model; reasoning :: Bool; own :: Bool; problems :: [ Problem ]; }
  ```

  `model` is what holds in the end, with placeholders where nothing is known, so
  that the derivation can go on and find the other problems.
*/
{
  at,
  given,
  parent,
  share,
  effort,
  follows ? false,
  conventional ? false,
}:
let
  derived = import ./derived.nix;
  models = import ../models.nix;
  secrets = import ../secrets.nix;
  suggest = import ../text/suggest.nix;

  needed = [
    "contextWindowTokens"
    "maxOutputTokens"
    "wireApi"
  ];

  # Whether the provider has a key by convention.
  hasKey =
    builtins.elem provider
      (builtins.fromJSON (builtins.readFile ../schema/providers.json)).models;

  # A delegate without a reference of its own has the Pod's model.
  ref = given.ref or (parent.ref or null);
  entry = if ref == null then { } else models.${ref} or { };
  known = entry != { };

  parts = if ref == null then null else builtins.match "([^/]*)/(.*)" ref;
  provider = if parts == null then "unknown" else builtins.elemAt parts 0;
  id = if parts == null then "unknown" else builtins.elemAt parts 1;

  same = ref != null && ref == parent.ref or null;
  sameProvider = provider == parent.provider or null;

  fallback = {
    contextWindowTokens = 32768;
    maxOutputTokens = 4096;
    wireApi = "openai-chat";
  };

  wireApi =
    if same then
      parent.wireApi
    else
      entry.wireApi or (if sameProvider then parent.wireApi else fallback.wireApi);

  fromCatalog = derived "of the model catalog, by model.ref";
  fromRef = part: derived "the part of model.ref ${part} the first slash";

  tree = {
    provider = fromRef "before" provider;
    id = fromRef "after" id;
    wireApi = fromCatalog wireApi;
    contextWindowTokens =
      if same then
        derived "as the Pod's own model" parent.contextWindowTokens
      else
        fromCatalog (entry.contextWindowTokens or fallback.contextWindowTokens);
    maxOutputTokens =
      if same then
        derived "as the Pod's own model" parent.maxOutputTokens
      else
        derived "of the model catalog, by model.ref; standard: all, cheap: a half, fast: a quarter" (
          share (entry.maxOutputTokens or fallback.maxOutputTokens)
        );
  }
  // (
    if given ? ref then
      { }
    else
      { ref = derived "as the Pod's own model" (if ref == null then "unknown/unknown" else ref); }
  )
  // (
    if sameProvider && parent ? baseUrl then
      { baseUrl = derived "as the Pod's own model" parent.baseUrl; }
    else if entry ? baseUrl then
      { baseUrl = fromCatalog entry.baseUrl; }
    else
      { }
  )
  // (
    if follows then
      {
        auth = derived "the key of the provider, as model.ref is of another than where auth is set" (
          secrets.ref "${provider}.api.default"
        );
      }
    else if conventional && hasKey then
      {
        auth = derived "the conventional key of the provider of model.ref, by keys" (
          secrets.ref "${provider}.api.default"
        );
      }
    else if sameProvider && !(given ? baseUrl) && parent.auth or null != null then
      { auth = derived "as the Pod's own model, which has the same provider" parent.auth; }
    else
      { }
  )
  // (
    if sameProvider && !(given ? baseUrl) && parent ? headers then
      {
        headers = builtins.mapAttrs (
          _: derived "as the Pod's own model, which has the same provider"
        ) parent.headers;
      }
    else
      { }
  )
  // (
    if same && parent ? prices then
      { prices = builtins.mapAttrs (_: derived "as the Pod's own model") parent.prices; }
    else if entry ? prices then
      { prices = builtins.mapAttrs (_: fromCatalog) entry.prices; }
    else
      { }
  )
  // (
    if parent == { } then
      { }
    else if same then
      { effort = derived "as the Pod's own model" parent.effort; }
    else
      {
        effort = derived "none without reasoning, else as the variant says" (
          if reasoning then effort else "none"
        );
      }
  );

  reasoning = entry.reasoning or true;

  missing = builtins.filter (
    field: !(given ? ${field}) && !(field == "wireApi" && sameProvider)
  ) needed;
  nearest = suggest ref (builtins.attrNames models);
  field = name: builtins.concatStringsSep "." (at ++ [ name ]);
  fields = builtins.concatStringsSep ", " (map (name: "`${field name}`") missing);
in
{
  inherit tree;
  own = given ? ref;
  model =
    builtins.mapAttrs (
      _: leaf: if leaf ? formula then leaf.value else builtins.mapAttrs (_: below: below.value) leaf
    ) tree
    // given;
  inherit reasoning;
  problems =
    if ref == null then
      [
        {
          code = "required";
          at = at ++ [ "ref" ];
          message = "no model is chosen";
          expected = "provider/model";
          hint = "write for example `${field "ref"} = \"anthropic/claude-sonnet-5-5\";`";
          inMarkdown = "write it between the lines ---, for example model: sonnet; or import the file in a layer in Nix that names one";
        }
      ]
    else if known || same || missing == [ ] then
      [ ]
    else
      [
        ({
          code = "unknown-model";
          at = at ++ [ "ref" ];
          message = "the model `${ref}` is not in the model catalog, and ${fields} ${
            if builtins.length missing == 1 then "is" else "are"
          } not set";
          expected = "a model of the model catalog (insomnia.lib.models), or one with ${
            builtins.concatStringsSep ", " (map (name: "`${name}`") needed)
          }";
          hint = if nearest != null then "did you mean `${nearest}`?" else "set ${fields}";
          inMarkdown =
            if nearest != null then
              "did you mean `${nearest}`?"
            else
              "name a model of the catalog, or set ${fields} in a layer in Nix that imports this file";
        })
      ];
}
