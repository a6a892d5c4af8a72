# Makes the quick test of a node: whether a value fits, yes or no. A healthy profile is
# checked by these alone; validate.nix, which says what is wrong, runs only when one says
# no. Tests hold the two to the same verdict.
let
  inherit (builtins)
    all
    attrNames
    filter
    floor
    hasContext
    head
    intersectAttrs
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    length
    listToAttrs
    match
    removeAttrs
    replaceStrings
    stringLength
    typeOf
    ;
  controls = import ../text/controls.nix;
  storePath = import ../text/storePath.nix;

  keys =
    names:
    listToAttrs (
      map (name: {
        inherit name;
        value = null;
      }) names
    );

  oneLine = text: replaceStrings controls.all controls.nothing text == text;

  string =
    raw:
    let
      most = raw.maxLength or raw.x-maxBytes or 1073741824;
      least = raw.minLength or 0;
      words = keys raw.enum;
    in
    if raw ? enum then
      if all isString raw.enum then
        # Text with a context cannot name an attribute.
        value: !hasContext value && words ? ${value}
      else
        value: builtins.elem value raw.enum
    else if raw ? const then
      value: !hasContext value && value == raw.const
    else if raw ? pattern && !(raw ? x-text) && !(raw ? x-maxBytes) then
      value:
      stringLength value <= most
      && match raw.pattern value != null
      && !hasContext value
      && stringLength value >= least
    else
      value:
      stringLength value <= most
      && !hasContext value
      && stringLength value >= least
      && stringLength value <= raw.x-maxBytes or most
      && (!(raw ? pattern) || match raw.pattern value != null)
      && (!(raw ? x-text) || !(storePath value))
      && (!(raw ? x-singleLine) || oneLine value);

  number =
    raw:
    if raw ? enum || raw ? const then
      value: builtins.elem value (raw.enum or [ raw.const ])
    else
      value:
      value >= raw.minimum or value
      && value <= raw.maximum or value
      && (
        isInt value
        || (value * 0 == 0 && (!(raw ? x-decimals) || floor (value * 1000.0 + 0.5) / 1000.0 == value))
      );

  list =
    node: raw:
    let
      least = raw.minItems or 0;
      most = raw.maxItems or 1073741824;
      fits = node.items.fits;
    in
    if raw.uniqueItems or false then
      # Rare: left to the one that says what is wrong.
      value: value == [ ] && least == 0
    else if node.items == null then
      value: length value >= least && length value <= most
    else
      value: length value >= least && length value <= most && all fits value;

  closed =
    node:
    let
      inherit (node) props;
      names = attrNames props;
      required = keys node.required;
      count = length node.required;
    in
    value:
    removeAttrs value names == { }
    && (count == 0 || length (attrNames (intersectAttrs required value)) == count)
    && all (name: props.${name}.fits value.${name}) (attrNames value);

  map' =
    node: raw:
    let
      least = raw.minProperties or 0;
      most = raw.maxProperties or 1073741824;
      inherit (node) values;
      named = if node.names == null then _: true else node.names.fits;
    in
    value:
    let
      names = attrNames value;
    in
    !(value ? outPath || value ? __toString || value ? __functor)
    && length names >= least
    && length names <= most
    && all (name: named name && values.fits value.${name}) names;

  union =
    node:
    let
      objects = filter (branch: branch.accepts ? set) node.branches;
      references = filter (branch: branch.props ? _type) objects;
      others = filter (branch: !(branch.props ? _type)) objects;
    in
    if references == [ ] then
      _: false
    else if others == [ ] then
      value: if isAttrs value then (head references).fits value else value == null && node.nullable
    else
      value:
      if isAttrs value then
        (head (if value ? _type then references else others)).fits value
      else
        value == null && node.nullable;
in
node:
let
  inherit (node) raw accepts;
  types = attrNames accepts;
  ofString = string raw;
  ofNumber = number raw;
  ofList = list node raw;
  ofSet = if node.closed then closed node else map' node raw;
in
if node.branches != [ ] then
  union node
else if types == [ "string" ] then
  value: isString value && ofString value
else if types == [ "int" ] then
  value: isInt value && ofNumber value
else if types == [ "bool" ] && !(raw ? const) && !(raw ? enum) then
  isBool
else if types == [ "set" ] then
  value: isAttrs value && ofSet value
else if types == [ "list" ] then
  value: isList value && ofList value
else
  value:
  accepts ? ${typeOf value}
  && (
    if isString value then
      ofString value
    else if isInt value || isFloat value then
      ofNumber value
    else if isAttrs value then
      ofSet value
    else if isList value then
      ofList value
    else
      true
  )
