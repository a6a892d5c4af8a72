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
    catAttrs
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
  plainMarks = import ../profile/plainMarks.nix;
  removed = import ./removed.nix;
  contest = import ./contest.nix layers;
  inherit (contest)
    lowest
    undominated
    conflict
    settleNulls
    nullsOverSection
    ;

  plain = 100;
  presetPriority = 1400;

  fault =
    at: def: problem:
    {
      inherit at;
      positions = places.inLayer (elemAt layers def.layer) at;
    }
    // problem;

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
          spared (undominated (filter (def: def.prio == least) defs));
      # A null for the section does not affect a field that it does not beat.
      spared =
        defs:
        let
          own = filter (def: !(def ? cover)) defs;
        in
        if own == [ ] then defs else own;
      winner = head top;
      gone = winner.value == null && (winner ? cover || !node.nullable);
      rivals = if length top == 1 then [ ] else filter (def: def.value != winner.value) (tail top);
    in
    {
      v = if gone then removed.mark else winner.value;
      notes =
        (if gone then [ { gone = at; } ] else [ ])
        ++ weakNote at winner.prio
        ++ (if rivals == [ ] then [ ] else [ (conflict node at (distinct top)) ]);
    };
  distinct =
    defs:
    foldl' (
      kept: def: if filter (other: other.value == def.value) kept == [ ] then kept ++ [ def ] else kept
    ) [ ] defs;

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
      tagged =
        if catAttrs "_type" (filter isAttrs elements) == [ ] then
          [ ]
        else
          concatMap (
            def:
            concatMap (
              n:
              if isTag (elemAt def.value n) then
                [
                  (fault (at ++ [ n ]) def {
                    code = "unknown-tag";
                    message = "a list element must not be tagged";
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
                unknownField crowded node at name (head found).value
                // {
                  positions = concatMap (def: places.inLayer (elemAt layers def.layer) (at ++ [ name ])) found;
                }
              )
            ];
          };
      # Of very many names that do not exist a hundred are enough to report.
      most = length (attrNames node.props) + 100;
      crowded = builtins.any (def: length (attrNames def.value) > most) settled.wholes;
      thinned =
        def:
        let
          unknown = removeAttrs def.value (attrNames node.props);
          names = attrNames unknown;
          kept = builtins.genList (n: {
            name = elemAt names n;
            value = unknown.${elemAt names n};
          }) (if length names > 101 then 101 else length names);
        in
        def // { value = builtins.intersectAttrs node.props def.value // listToAttrs kept; };
      covers = map (def: def // { cover = true; }) settled.nulls;
      children = byKey child (if crowded then map thinned settled.wholes else settled.wholes);
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
    message = "null cannot remove a required field";
    hint = "write a value, or remove the line to use the default";
    positions = places.winner root layers at;
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

  # Reads tags, drops what is not allowed here, and merges the rest.
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
            wrong = if found.def.value == null then null else misfit node at found.def.value;
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
                message = "mkBefore and mkAfter apply only to lists that are merged from several layers";
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
      whole = plainMarks.strip (removeAttrs (elemAt layers n).body [ "imports" ]);
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
