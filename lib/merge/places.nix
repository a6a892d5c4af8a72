# The positions of definitions in the files of their authors. Looked up only when a
# problem is reported or a value explained, by walking the layers along the path.
let
  inherit (builtins)
    concatLists
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isInt
    isList
    length
    sort
    unsafeGetAttrPos
    ;
  foreign = import ./foreign.nix;

  tagged =
    type: value:
    isAttrs value && value._type or null == type && value ? content && isInt (value.priority or null);

  untag =
    value: if tagged "override" value || tagged "order" value then untag value.content else value;

  # The innermost tag of a kind counts.
  tagOf =
    type: default: value:
    if tagged type value then
      tagOf type value.priority value.content
    else if tagged "override" value || tagged "order" value then
      tagOf type default value.content
    else
      default;

  # Walks a layer as far as the path leads: { found; value; prio; place; spot; }.
  walk =
    layer: at:
    foldl'
      (
        state: key:
        let
          set = untag state.value;
          pos = unsafeGetAttrPos key set;
          # In a Markdown file, which has no positions in Nix.
          spot =
            if state.spot == null then
              null
            else if isInt key then
              if key < length (state.spot.items or [ ]) then elemAt state.spot.items key else null
            else
              state.spot.fields.${key} or null;
          at =
            if layer.spots == null then
              if foreign pos then [ { inherit (pos) file line column; } ] else state.place
            else if spot == null then
              state.place
            else
              [
                {
                  inherit (layer) file;
                  inherit (spot) line column;
                }
              ];
        in
        if !state.found then
          state
        else if isInt key then
          if isList set && key < length set then
            state
            // {
              value = elemAt set key;
              inherit spot;
              place = if spot == null then state.place else at;
            }
          else
            state // { found = false; }
        else if isAttrs set && set ? ${key} then
          {
            found = true;
            value = set.${key};
            prio = tagOf "override" state.prio set.${key};
            inherit spot;
            place = at;
          }
        else
          state // { found = false; }
      )
      {
        found = true;
        value = layer.body;
        prio = 100;
        spot = layer.spots;
        place = if layer.place == null then [ ] else [ layer.place ];
      }
      at;

  # The definitions at a path, as { layer; value; order; prio; place; } in linear order.
  definitions =
    layers: at:
    map
      (
        def:
        def
        // {
          order = tagOf "order" 1000 def.value;
          value = untag def.value;
        }
      )
      (
        filter (def: def.found) (genList (n: walk (elemAt layers n) at // { layer = n; }) (length layers))
      );

  lowest =
    defs: foldl' (least: def: if def.prio < least then def.prio else least) (head defs).prio defs;

  # The definitions that count first, then those that they beat, the strongest first.
  ranked =
    layers: at:
    let
      defs = definitions layers at;
      least = lowest defs;
      top = filter (def: def.prio == least) defs;
      beats =
        upper: lower:
        upper.layer != lower.layer
        && (elemAt layers upper.layer).reach ? ${(elemAt layers lower.layer).key};
      winners = filter (lower: filter (upper: beats upper lower) top == [ ]) top;
      won = map (def: def.layer) winners;
    in
    if defs == [ ] then
      [ ]
    else
      winners
      ++ sort (a: b: a.prio < b.prio || (a.prio == b.prio && a.layer > b.layer)) (
        filter (def: !(elem def.layer won)) defs
      );

  # The lists that gather into one, in the order in which they do.
  gathered =
    layers: at:
    let
      lists = filter (def: isList def.value) (definitions layers at);
    in
    if lists == [ ] then
      [ ]
    else
      sort (a: b: a.order < b.order) (filter (def: def.prio == lowest lists) lists);

  # The place of a path in one layer, or of the nearest parent that has one.
  inLayer = layer: at: (walk layer at).place;

  kindAt =
    node: at:
    (foldl' (
      node: key:
      if node == null then
        null
      else if isInt key then
        node.items
      else if node.kind == "map" then
        node.values
      else
        node.props.${key} or null
    ) node at).kind or null;

  take = n: list: genList (elemAt list) n;
  drop = n: list: genList (m: elemAt list (n + m)) (length list - n);

  # The place of the definition that won; for a path without definition, of its parent.
  winner =
    node: layers: at:
    let
      indices = filter (n: isInt (elemAt at n)) (genList (n: n) (length at));
      first = head indices;
      list = take first at;
      kind = kindAt node list;
      # Which layer gave the element of a list that several layers gather into.
      elements = concatLists (
        map (def: genList (n: def // { index = n; }) (length def.value)) (gathered layers list)
      );
      index = elemAt at first;
      found = ranked layers at;
    in
    if indices != [ ] && (kind == "list" || kind == "set") && index < length elements then
      let
        element = elemAt elements index;
      in
      inLayer (elemAt layers element.layer) (list ++ [ element.index ] ++ drop (first + 1) at)
    else if found != [ ] then
      (head found).place
    else if at == [ ] then
      [ ]
    else
      winner node layers (take (length at - 1) at);
in
{
  inherit
    ranked
    gathered
    inLayer
    winner
    ;
}
