# Finds the keys of models that were chosen for another provider: a layer names a key for
# its model, and another layer replaces it with a model of another provider. The
# conventional key of a provider follows, PROVIDER.api.default; any other is a problem,
# since it would be sent to the wrong host.
#
# staleAuth :: { layers; value; } -> { follows :: [ Path ]; faults :: [ Problem ]; }
#
# `follows` are paths of slots, that need the key of the new provider.
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    elemAt
    filter
    foldl'
    fromJSON
    head
    isAttrs
    isString
    match
    readFile
    ;
  lookup = import ../presets/lookup.nix;
  places = import ../merge/places.nix;
  secrets = import ../rules/secrets.nix;
  known = (fromJSON (readFile ../schema/providers.json)).models;

  providerOf =
    ref:
    let
      parts = if isString ref then match "([^/]*)/.*" ref else null;
    in
    if parts == null then null else head parts;

  raw = at: [ "overrides" ] ++ at;
  pod = [ "model" ];

  # The value at a path, where overrides count more.
  effective = value: at: lookup (raw at) (lookup at null value) value;

  # The definition that counts at a path, by some layers; null for none.
  winner =
    layers: at:
    let
      found = places.ranked layers (raw at) ++ places.ranked layers at;
    in
    if found == [ ] then null else head found;
  chosen =
    layers: at:
    let
      def = winner layers at;
    in
    if def == null then null else def.value;

  refOf =
    read: at:
    let
      own = read (at ++ [ "ref" ]);
    in
    if own == null && at != pod then read (pod ++ [ "ref" ]) else own;

  # What a layer knows of: itself and what it imports.
  view =
    layers: layer: filter (other: other.key == layer.key || layer.reach ? ${other.key}) layers;

  # The slots of a model that refer to secrets.
  slotsOf =
    value: at:
    let
      headers = effective value (at ++ [ "headers" ]);
    in
    [ (at ++ [ "auth" ]) ]
    ++ (
      if isAttrs headers then
        map (
          name:
          at
          ++ [
            "headers"
            name
          ]
        ) (filter (name: headers.${name}._type or null != null) (attrNames headers))
      else
        [ ]
    );

  judge =
    layers: value: at: slot:
    let
      auth = effective value slot;
      isAuth = slot == at ++ [ "auth" ];
      provider = providerOf (refOf (effective value) at);
      def = winner layers slot;
      seen = view layers (elemAt layers def.layer);
      meant = providerOf (refOf (chosen seen) at);
      # An address that came with the key is where it goes, whatever the model.
      address = chosen layers (at ++ [ "baseUrl" ]);
      fixed = address != null && address == chosen seen (at ++ [ "baseUrl" ]);
      named = isString (auth.name or null);
      owner = if named then secrets.ofModels auth.name else null;
    in
    if !(isAttrs auth) || isAuth && !named || provider == null || def == null then
      null
    else if meant == null || meant == provider || fixed then
      null
    else if owner == meant && !(elem provider known) then
      null # the rule about the names of keys reports it
    else if isAuth && owner == meant && lookup (raw slot) null value == null then
      { follows = [ slot ]; }
    else
      {
        faults = [
          {
            code = "stale-secret";
            at = slot;
            message = "the secret was chosen for a model of `${meant}`, but the model is now from `${provider}`";
            expected = "a secret for `${provider}`, or null";
            hint = "set ${if isAuth then "auth" else "the header"} where ref is set: ${
              if elem provider known then
                "secrets.ref \"${provider}.api.default\""
              else
                "secrets.ref with the name of its key"
            }, or null for none";
            positions = map (place: place // { note = "the secret"; }) def.place ++ placeOfRef layers at;
          }
        ];
      };

  placeOfRef =
    layers: at:
    let
      own = winner layers (at ++ [ "ref" ]);
      def = if own == null then winner layers (pod ++ [ "ref" ]) else own;
    in
    if def == null then [ ] else map (place: place // { note = "the model"; }) def.place;
in
{ layers, value }:
let
  delegates = lookup [ "subagents" ] { } value;
  slots = [
    pod
  ]
  ++ map (name: [
    "subagents"
    name
    "model"
  ]) (if isAttrs delegates then attrNames delegates else [ ]);
  found = filter (result: result != null) (
    concatMap (at: map (judge layers value at) (slotsOf value at)) slots
  );
in
{
  follows = concatMap (result: result.follows or [ ]) found;
  faults = concatMap (result: result.faults or [ ]) found;
}
