# Where definitions stand in the files of their authors. Looked up only when a problem is
# reported or a value explained, by walking the layer along the path.
let
  inherit (builtins)
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isInt
    isList
    length
    tail
    unsafeGetAttrPos
    ;
  foreign = import ./foreign.nix;

  untag =
    value:
    if
      isAttrs value && (value._type or null == "override" || value._type or null == "order") && value ? content
    then
      untag value.content
    else
      value;

  prioOf =
    default: value:
    if isAttrs value && value ? _type && value ? content && value ? priority then
      if value._type == "override" && isInt value.priority then
        prioOf value.priority value.content
      else if value._type == "order" then
        prioOf default value.content
      else
        default
    else
      default;

  start = layer: if layer.place or null == null then [ ] else [ layer.place ];

  # Walks as far as the path leads: { found; value; prio; place }.
  walk =
    layer: at:
    let
      step =
        state: key:
        let
          set = untag state.value;
          pos = unsafeGetAttrPos key set;
        in
        if !state.found then
          state
        else if isInt key then
          if isList set && key < length set then
            state // { value = elemAt set key; }
          else
            state // { found = false; }
        else if isAttrs set && set ? ${key} then
          {
            found = true;
            value = set.${key};
            prio = prioOf state.prio set.${key};
            place =
              if foreign pos then
                [
                  {
                    inherit (pos) file line column;
                  }
                ]
              else
                state.place;
          }
        else
          state // { found = false; };
    in
    foldl' step {
      found = true;
      value = layer.body;
      prio = 100;
      place = start layer;
    } at;

  # The definitions at a path in all layers: [ { layer; value; prio; place; } ].
  definitions =
    layers: at:
    filter (def: def.found) (
      genList (n: walk (elemAt layers n) at // { layer = n; }) (length layers)
    );

  untagged = def: def // { value = untag def.value; };

  # Winner first. A loser is kept for explanations.
  ranked =
    layers: at:
    builtins.sort (
      a: b:
      a.prio < b.prio
      || (
        a.prio == b.prio
        && a.layer != b.layer
        && (
          (elemAt layers a.layer).reach ? ${(elemAt layers b.layer).key}
          || (
            !((elemAt layers b.layer).reach ? ${(elemAt layers a.layer).key}) && a.layer < b.layer
          )
        )
      )
    ) (map untagged (definitions layers at));

  # The place of a path in one layer, or of the nearest parent that has one.
  inLayer = layer: at: (walk layer at).place;

  # The place of the definition that won; for a path without definition, of its parent.
  winner =
    layers: at:
    let
      found = ranked layers at;
    in
    if found != [ ] then
      (head found).place
    else if at == [ ] then
      (if layers == [ ] then [ ] else start (elemAt layers (length layers - 1)))
    else
      winner layers (genList (n: elemAt at n) (length at - 1));
in
{
  inherit
    walk
    ranked
    inLayer
    winner
    ;
}
