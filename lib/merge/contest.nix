# Who wins among definitions of one field: the lowest priority number, then a layer over those
# that it imports; remaining ones that differ conflict. A definition is `{ layer; prio; value; }`.
layers:
let
  inherit (builtins)
    concatMap
    elemAt
    filter
    foldl'
    head
    length
    sort
    tail
    ;
  places = import ./places.nix;
  show = import ./show.nix;

  dominates =
    upper: lower:
    upper.layer != lower.layer
    && (elemAt layers upper.layer).reach ? ${(elemAt layers lower.layer).key};

  lowest =
    defs:
    foldl' (least: def: if def.prio < least then def.prio else least) (head defs).prio (tail defs);

  # Definitions that nothing of equal priority beats.
  undominated =
    defs:
    if length defs == 1 then
      defs
    else
      filter (lower: filter (upper: dominates upper lower) defs == [ ]) defs;

  conflict = node: at: defs: {
    inherit at;
    layers = map (def: def.layer) defs;
    hint = "set it in the profile that imports them, or mark one with mkForce or mkDefault";
    code = "conflict";
    message = "${toString (length defs)} layers set different values at the same priority";
    expected = "one value, or one with a higher priority";
    positions = concatMap (
      def:
      map (place: place // { note = if node.secret then "value not shown" else show def.value; }) (
        places.inLayer (elemAt layers def.layer) at
      )
    ) defs;
  };

  # null against whole values (lists, maps, sections) at one priority: a layer wins over
  # those that it imports; unrelated ones conflict, and the earlier one is used from then on.
  settleNulls =
    node: at: defs:
    let
      nulls = filter (def: def.value == null) defs;
      wholes = filter (def: def.value != null) defs;
      beaten = def: filter (other: dominates other def) wholes != [ ];
      standing = filter (def: !(beaten def) && !(def ? cover && left != [ ])) nulls;
      left = filter (def: filter (null': dominates null' def) nulls == [ ]) wholes;
    in
    if nulls == [ ] then
      {
        inherit wholes;
        nulls = [ ];
        notes = [ ];
      }
    else if standing == [ ] || left == [ ] then
      {
        wholes = left;
        nulls = standing;
        notes = [ ];
      }
    else
      let
        first = head (sort (a: b: a.layer < b.layer) (standing ++ left));
      in
      {
        wholes = if first.value == null then [ ] else left;
        nulls = if first.value == null then standing else [ ];
        notes = [
          (conflict node at (sort (a: b: a.layer < b.layer) ([ (head standing) ] ++ left)))
        ];
      };

  # A null over a section goes down as a null over each field (`cover`), so that a field that
  # is forced below survives. Unrelated ones conflict once, here, unless a section above the
  # null has answered it.
  nullsOverSection =
    node: at: defs:
    let
      nulls = filter (def: def.value == null) defs;
      wholes = filter (def: def.value != null) defs;
      unrelated = null': def: def.prio == null'.prio && !(dominates null' def) && !(dominates def null');
      beaten = null': filter (def: def.prio <= null'.prio && dominates def null') wholes != [ ];
      quarrels = filter (
        null': !(null' ? cover) && !(beaten null') && filter (unrelated null') wholes != [ ]
      ) nulls;
      first = head (sort (a: b: a.layer < b.layer) (quarrels ++ wholes));
      rest = filter (null': filter (other: other.layer == null'.layer) quarrels == [ ]) nulls;
    in
    if quarrels == [ ] then
      {
        inherit nulls wholes;
        notes = [ ];
      }
    else
      {
        nulls = if first.value == null then nulls else rest;
        wholes = if first.value == null then filter (def: !(unrelated first def)) wholes else wholes;
        notes = [
          (conflict node at (
            sort (a: b: a.layer < b.layer) ([ (head quarrels) ] ++ filter (unrelated (head quarrels)) wholes)
          ))
        ];
      };
in
{
  inherit
    lowest
    undominated
    conflict
    settleNulls
    nullsOverSection
    ;
}
