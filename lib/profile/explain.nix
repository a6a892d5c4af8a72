# Where every value of a manifest comes from: by dotted path, the definitions that count,
# what they overrode, and the preset or default where no author wrote anything.
{
  layers,
  manifestNode,
  manifest,
  derived,
  sections,
  overrides,
}:
let
  inherit (builtins)
    attrNames
    concatLists
    filter
    foldl'
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    listToAttrs
    map
    mapAttrs
    unsafeGetAttrPos
    ;
  author = import ./author.nix manifestNode;
  places = import ../merge/places.nix;
  plainMarks = import ./plainMarks.nix;
  dotted = (import ../problem/path.nix).dotted;
  validate = import ../validate/validate.nix { };

  # Plain data, whatever an author wrote; a literal in a secret slot is not shown.
  poses = value: value ? outPath || value ? __toString;
  plain =
    value:
    if value == null || isInt value || isBool value || isFloat value then
      value
    else if isString value then
      builtins.unsafeDiscardStringContext value
    else if isList value then
      map plain value
    else if plainMarks.is value then
      value.value
    else if isAttrs value && !(poses value) then
      mapAttrs (_: plain) value
    else
      "<${builtins.typeOf value}>";
  refers = value: value._type or null == "insomnia.secret-ref/v1" && isString (value.name or null);
  formats =
    node: value: node.branches != [ ] && value ? _type && validate (node.alternative value) value == [ ];
  show =
    node: value:
    if node.secret then
      if
        value == null
        || isAttrs value && (refers value || formats node value)
      then
        plain value
      else
        "<secret>"
    else if isAttrs value && node.kind == "map" && !(poses value) then
      mapAttrs (_: show node.values) value
    else if isAttrs value && node.kind == "closed" && !(poses value) then
      mapAttrs (
        name: field: if node.props ? ${name} then show node.props.${name} field else "<unknown field>"
      ) value
    else if isList value && node.items != null then
      map (show node.items) value
    else
      plain value;

  # Leaves of the manifest as { at; node; value; }; an empty map is one.
  leaves =
    node: at: value:
    if node.kind == "closed" && isAttrs value then
      concatLists (
        map (
          name: if node.props ? ${name} then leaves node.props.${name} (at ++ [ name ]) value.${name} else [ ]
        ) (attrNames value)
      )
    else if node.kind == "map" && isAttrs value && value != { } then
      concatLists (map (name: leaves node.values (at ++ [ name ]) value.${name}) (attrNames value))
    else
      [ { inherit at node value; } ];

  # The positions of the elements of a list, if the author wrote them below the position
  # of the list itself; results of functions have the position of the list.
  elements =
    def:
    let
      start = head def.place;
      placeOf =
        element:
        let
          found = filter (pos: pos != null && pos.file == start.file && pos.line >= start.line) (
            map (name: unsafeGetAttrPos name element) (if isAttrs element then attrNames element else [ ])
          );
        in
        if found == [ ] then
          null
        else
          foldl' (first: pos: if before pos first then pos else first) (head found) found;
      before = a: b: a.line < b.line || (a.line == b.line && a.column < b.column);
      list = map placeOf (if isList def.value then def.value else [ ]);
    in
    if def.spot ? items then
      { elements = map (pos: { inherit (pos) line column; }) def.spot.items; }
    else if filter (pos: pos != null) list == [ ] then
      { }
    else
      { elements = map (pos: if pos == null then null else { inherit (pos) line column; }) list; };

  read = at: tree: foldl' (value: key: value.${key}) tree at;

  entry =
    leaf:
    let
      inherit (leaf) at node;
      gathers = node.kind == "list" || node.kind == "set";
      definition =
        def:
        {
          priority = def.prio;
          value = show node def.value;
        }
        // (
          if def.place == [ ] then
            {
              file = null;
              line = null;
              column = null;
            }
          else
            { inherit (head def.place) file line column; } // elements def
        );
      found = look gathers;
      look =
        gathers: path:
        let
          # The name of an import is not this profile's.
          from =
            if path == [ "name" ] then [ (builtins.elemAt layers (builtins.length layers - 1)) ] else layers;
          ranked = places.ranked from path;
          counted = if gathers then places.gathered from path else [ (head ranked) ];
          layersOf = map (def: def.layer) counted;
        in
        if ranked == [ ] || counted == [ ] then
          {
            counted = [ ];
            beaten = map definition ranked;
          }
        else
          {
            counted = map definition counted;
            beaten = map definition (filter (def: !(builtins.elem def.layer layersOf)) ranked);
          };
      raw = found ([ "overrides" ] ++ at);
      own = found (author.toProfile at);
      source = derived.sources.${dotted at} or null;
      # The preset, with the places where its word was chosen.
      presetOf =
        let
          word = look false (author.presetAt source at);
        in
        source
        // {
          definitions = word.counted;
          overrode = word.beaten;
        };
      byOverride = author.has overrides at;
      byAuthor = !byOverride && author.has sections at;
      byPreset = !byOverride && !byAuthor && source != null;
      ofPreset =
        if source != null && !byPreset && author.has derived.values at then
          [
            {
              file = null;
              line = null;
              column = null;
              priority = 1400;
              value = show node (read at derived.values);
              preset = presetOf;
            }
          ]
        else
          [ ];
    in
    {
      name = dotted at;
      value = {
        value = show node leaf.value;
        definitions =
          if byOverride then
            raw.counted
          else if byAuthor then
            own.counted
          else
            [ ];
        overrode =
          (
            if byOverride then
              raw.beaten ++ own.counted ++ own.beaten
            else if byAuthor then
              own.beaten
            else
              own.counted ++ own.beaten
          )
          ++ ofPreset;
        preset = if byPreset then presetOf else null;
        default = !(byOverride || byAuthor || byPreset);
      };
    };
in
listToAttrs (map entry (leaves manifestNode [ ] manifest))
