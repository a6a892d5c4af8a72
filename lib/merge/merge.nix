/**
  Merges layers by a schema. The rules: the lowest priority number wins; at equal priority a
  layer beats what it imports; siblings that differ conflict. Lists gather, closed objects
  and free maps merge by key, null removes.

  # Inputs

  `layers`
  : the layers in linear order, as `collect.nix` gives them

  `node`
  : a prepared schema

  `rootOnly`
  : fields that count only in the last layer

  # Type

  ```
  merge :: { layers; node; rootOnly? } -> { tree; value; gone; faults; weak; forced; }
  ```

  `tree` holds the mark `{ _type = "insomnia.removed"; }` where null won; `value` is the tree
  without it, `gone` the paths of the marks. `faults` are problems with `at` and `positions`; `weak` lists winners above
  priority 1400, `forced` the free maps that a tag replaced whole.

  # Examples

  ```nix
  (merge { inherit layers node; }).value
  => { mode = "plan"; }
  ```
*/
{
  layers,
  node,
  rootOnly ? [ ],
}:
let
  root = node;
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elemAt
    filter
    foldl'
    genList
    hasContext
    head
    isAttrs
    isString
    length
    listToAttrs
    mapAttrs
    removeAttrs
    sort
    tail
    typeOf
    zipAttrsWith
    ;
  tags = import ./tags.nix;
  misfit = import ../validate/misfit.nix;
  unknownField = import ../validate/unknownField.nix;
  places = import ./places.nix;
  removed = import ./removed.nix;
  show = import ./show.nix;

  plain = 100;
  presetPriority = 1400;

  dominates =
    upper: lower:
    upper.layer != lower.layer
    && (elemAt layers upper.layer).reach ? ${(elemAt layers lower.layer).key};

  fault =
    at: def: problem:
    {
      inherit at;
      positions = places.inLayer (elemAt layers def.layer) at;
    }
    // problem;

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

  conflict = node: at: defs: hint: {
    inherit at hint;
    code = "conflict";
    message = "${toString (length defs)} layers give it different values at the same priority";
    expected = "one value, or one that outranks the others";
    positions = concatMap (
      def:
      map (place: place // { note = if node.secret then "value not shown" else show def.value; }) (
        places.inLayer (elemAt layers def.layer) at
      )
    ) defs;
  };
  settleHint = "set it in the profile that imports them, or mark one with mkForce or mkDefault";

  nothing = {
    notes = [ ];
  };
  weakNote =
    at: prio:
    if prio > presetPriority then
      [
        {
          weak = { inherit at prio; };
        }
      ]
    else
      [ ];

  # One value: a leaf.
  leaf =
    node: at: defs:
    let
      top =
        if length defs == 1 then
          defs
        else
          let
            least = lowest defs;
          in
          undominated (filter (def: def.prio == least) defs);
      winner = head top;
      gone = winner.value == null && !node.nullable;
      rivals = if length top == 1 then [ ] else filter (def: def.value != winner.value) (tail top);
    in
    {
      v = if gone then removed.mark else winner.value;
      notes =
        (if gone then [ { gone = at; } ] else [ ])
        ++ weakNote at winner.prio
        ++ (if rivals == [ ] then [ ] else [ (conflict node at (distinct top) settleHint) ]);
    };
  distinct =
    defs:
    foldl' (
      kept: def: if filter (other: other.value == def.value) kept == [ ] then kept ++ [ def ] else kept
    ) [ ] defs;

  # null against whole values (lists, maps, sections) at one priority: whoever imports the
  # other wins; the unrelated conflict, and the earlier is used on.
  settleNulls =
    node: at: defs:
    let
      nulls = filter (def: def.value == null) defs;
      wholes = filter (def: def.value != null) defs;
      beaten = def: filter (other: dominates other def) wholes != [ ];
      standing = filter (def: !(beaten def)) nulls;
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
          (conflict node at (sort (a: b: a.layer < b.layer) ([ (head standing) ] ++ left)) settleHint)
        ];
      };

  # The definitions of a whole value that count: those of the lowest priority.
  whole =
    node: at: defs:
    let
      least = lowest defs;
    in
    settleNulls node at (if length defs == 1 then defs else filter (def: def.prio == least) defs);

  isTag =
    value:
    isAttrs value
    && value ? _type
    && (
      value._type == "override" || value._type == "order" || value._type == "if" || value._type == "merge"
    );

  gathered =
    node: at: defs:
    let
      top = whole node at defs;
      ordered =
        if filter (def: def ? order) top.wholes == [ ] then
          top.wholes
        else
          sort (a: b: (a.order or 1000) < (b.order or 1000)) top.wholes;
      elements = concatLists (map (def: def.value) ordered);
      tagged = concatMap (
        def:
        concatMap (
          n:
          if isTag (elemAt def.value n) then
            [
              (fault (at ++ [ n ]) def {
                code = "unknown-tag";
                message = "an element of a list carries a tag";
                hint = "tag the list as a whole: mkForce [ … ], mkBefore [ … ]";
              })
            ]
          else
            [ ]
        ) (genList (n: n) (length def.value))
      ) ordered;
    in
    if top.wholes == [ ] then
      {
        v = removed.mark;
        notes = top.notes ++ [ { gone = at; } ];
      }
    else
      {
        v = if tagged == [ ] then elements else filter (element: !(isTag element)) elements;
        notes = top.notes ++ tagged ++ weakNote at (head top.wholes).prio;
      };

  keyed =
    node: at: defs:
    let
      top = whole node at defs;
      prio = (head top.wholes).prio;
      children = byKey (name: merge node.values (at ++ [ name ])) top.wholes;
    in
    if top.wholes == [ ] then
      {
        v = removed.mark;
        notes = top.notes ++ [ { gone = at; } ];
      }
    else
      {
        v = present children;
        notes = top.notes ++ notesOf children ++ (if prio < plain then [ { forced = at; } ] else [ ]);
      };

  byKey =
    function: defs:
    if length defs == 1 then
      let
        def = head defs;
      in
      mapAttrs (
        name: value:
        function name [
          {
            inherit (def) layer prio;
            inherit value;
          }
        ]
      ) def.value
    else
      zipAttrsWith function (
        map (
          def:
          mapAttrs (_: value: {
            inherit (def) layer prio;
            inherit value;
          }) def.value
        ) defs
      );
  present =
    children:
    let
      absent = filter (name: !(children.${name} ? v)) (attrNames children);
    in
    mapAttrs (_: child: child.v) (if absent == [ ] then children else removeAttrs children absent);
  notesOf = children: concatMap (name: children.${name}.notes) (attrNames children);

  closed =
    node: at: defs:
    let
      nulls = filter (def: def.value == null) defs;
      settled =
        if nulls == [ ] then
          {
            wholes = defs;
            nulls = [ ];
            notes = [ ];
          }
        else
          nullsOverSection node at defs;
      child =
        name: found:
        if node.props ? ${name} then
          merge node.props.${name} (at ++ [ name ]) (found ++ covers)
        else
          {
            notes = [
              (
                unknownField node at name
                // {
                  positions = concatMap (def: places.inLayer (elemAt layers def.layer) (at ++ [ name ])) found;
                }
              )
            ];
          };
      covers = map (def: def // { cover = true; }) settled.nulls;
      children = byKey child settled.wholes;
      values = present children;
      alive = filter (name: !(removed.is values.${name})) (attrNames values);
      required = filter (
        name: values ? ${name} && removed.is values.${name} && covers == [ ]
      ) node.required;
    in
    if settled.wholes == [ ] then
      {
        v = removed.mark;
        notes = settled.notes ++ [ { gone = at; } ];
      }
    else if covers != [ ] && alive == [ ] then
      {
        v = removed.mark;
        notes = settled.notes ++ notesOf children ++ [ { gone = at; } ];
      }
    else
      {
        v =
          if covers != [ ] then
            listToAttrs (
              map (name: {
                inherit name;
                value = values.${name};
              }) alive
            )
          else if required == [ ] then
            values
          else
            removeAttrs values required;
        notes = settled.notes ++ notesOf children ++ map (name: notRemovable (at ++ [ name ])) required;
      };

  notRemovable = at: {
    inherit at;
    code = "not-removable";
    message = "null removes optional fields only, and this one is required";
    hint = "write a value, or leave the field out to get what it has by itself";
    positions = places.winner root layers at;
  };

  # A null over a section goes down as a null over each field, so that a field that is
  # forced below survives. Unrelated ones conflict once, here.
  nullsOverSection =
    node: at: defs:
    let
      nulls = filter (def: def.value == null) defs;
      wholes = filter (def: def.value != null) defs;
      unrelated = null': def: def.prio == null'.prio && !(dominates null' def) && !(dominates def null');
      quarrels = filter (null': filter (unrelated null') wholes != [ ]) nulls;
      # A null that a section above it answers to has no say over that section's fields;
      # domination at the fields sees to that.
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
          (conflict node at (sort (a: b: a.layer < b.layer) (
            [ (head quarrels) ] ++ filter (unrelated (head quarrels)) wholes
          )) settleHint)
        ];
      };

  strategies = {
    inherit leaf closed;
    list = gathered;
    set = gathered;
    map = keyed;
  };

  untagged = value: !(value ? _type || value ? outPath || value ? __toString || value ? __functor);

  # A definition without a rival that carries no tag goes straight through; the rest by way
  # of `weigh`.
  merge =
    node: at: defs:
    let
      def = head defs;
      inherit (def) value;
      fits =
        if isAttrs value then
          node.accepts ? set && untagged value
        else if isString value then
          node.accepts ? string && !(hasContext value)
        else
          node.accepts ? ${typeOf value} && value != null;
    in
    if length defs == 1 && fits && (def.prio <= presetPriority || node.kind != "leaf") then
      if node.kind == "leaf" then
        {
          v = value;
          notes = [ ];
        }
      else
        strategies.${node.kind} node at defs
    else
      weigh node at defs;

  # Reads tags, drops what cannot stand here, and merges what is left.
  weigh =
    node: at: defs:
    let
      seen = map (tags.read node) defs;
      checked = map (
        found:
        if found.fault != null then
          found
        else
          let
            wrong = if found.def.value == null then null else misfit node found.def.value;
          in
          if wrong != null then
            {
              def = null;
              fault = wrong;
            }
          else if found.def ? order && node.kind != "list" && node.kind != "set" then
            {
              inherit (found) def;
              fault = {
                code = "unknown-tag";
                message = "mkBefore and mkAfter order lists that gather from several layers; this is none";
                hint = "write the value itself";
              };
            }
          else
            found
      ) seen;
      kept = filter (def: def != null) (map (found: found.def) checked);
      faulty = filter (n: (elemAt checked n).fault != null) (genList (n: n) (length defs));
      faults = map (n: fault at (elemAt defs n) (elemAt checked n).fault) faulty;
      result = if kept == [ ] then nothing else strategies.${node.kind} node at kept;
    in
    if faulty == [ ] then result else result // { notes = faults ++ result.notes; };

  last = length layers - 1;
  body =
    n:
    let
      whole = removeAttrs (elemAt layers n).body [ "imports" ];
    in
    if n == last then whole else removeAttrs whole rootOnly;

  merged = closed node [ ] (
    genList (n: {
      layer = n;
      prio = plain;
      value = body n;
    }) (length layers)
  );
  notes = merged.notes;
  gone = filter (note: note ? gone) notes != [ ];
in
{
  tree = merged.v;
  value = if gone then removed.strip merged.v else merged.v;
  gone = if gone then removed.paths merged.v else [ ];
  faults = filter (note: note ? code) notes;
  weak = map (note: note.weak) (filter (note: note ? weak) notes);
  forced = map (note: note.forced) (filter (note: note ? forced) notes);
}
