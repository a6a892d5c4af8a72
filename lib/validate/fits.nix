# Makes the quick tests of a node: whether one value fits, or each of many, yes or no. A
# healthy profile is checked by these alone; validate.nix, which says what is wrong, runs
# only when one says no. Library tests hold all of them to the same verdict.
let
  inherit (builtins)
    all
    attrNames
    attrValues
    concatStringsSep
    elem
    filter
    floor
    groupBy
    hasContext
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    length
    mapAttrs
    match
    replaceStrings
    stringLength
    typeOf
    zipAttrsWith
    ;
  controls = import ../text/controls.nix;
  storePath = import ../text/storePath.nix;

  unlimited = 1073741824;

  oneLine =
    let
      inherit (controls) all nothing;
    in
    text: replaceStrings all nothing text == text;

  unknown = _: false;

  # The longest text that may stand at a node.
  mostOf =
    raw:
    let
      bytes = raw.x-maxBytes or unlimited;
      most = raw.maxLength or bytes;
    in
    if bytes < most then bytes else most;

  # A text is tested for what its keywords ask and nothing else.
  string =
    raw:
    let
      most = mostOf raw;
      least = raw.minLength or 0;
      sized =
        if least == 0 then
          value: isString value && stringLength value <= most && !hasContext value
        else
          value:
          isString value && stringLength value <= most && !hasContext value && stringLength value >= least;
      inherit (raw) pattern;
      formed = if raw ? pattern then value: sized value && match pattern value != null else sized;
      portable = if raw ? x-text then value: formed value && !(storePath value) else formed;
    in
    if raw ? enum then
      value: isString value && !hasContext value && elem value raw.enum
    else if raw ? const then
      value: isString value && !hasContext value && value == raw.const
    else if raw ? x-singleLine then
      value: portable value && oneLine value
    else
      portable;

  # Many texts at once: what repeats is tested once, and what no text may hold is looked
  # for in all of them together. Only if that finds something is each looked at.
  strings =
    node:
    let
      inherit (node) raw fits;
      most = mostOf raw;
      least = raw.minLength or 0;
      short = value: stringLength value <= most;
      clean =
        joined:
        (!(raw ? x-text) || !(storePath joined)) && (!(raw ? x-singleLine) || oneLine joined);
    in
    if raw ? enum || raw ? const || raw ? pattern then
      values:
      all isString values
      && !hasContext (concatStringsSep "" values)
      && all fits (attrNames (groupBy (value: value) values))
    else
      values:
      all isString values
      && (
        let
          joined = concatStringsSep "" values;
        in
        !hasContext joined
        && (
          least == 0
          && (stringLength joined <= most || all short values)
          && clean joined
          || all fits values
        )
      );

  number =
    raw:
    let
      low = raw.minimum or null;
      high = raw.maximum or null;
    in
    if raw ? enum || raw ? const then
      value: elem value (raw.enum or [ raw.const ])
    else
      value:
      (low == null || value >= low)
      && (high == null || value <= high)
      && (
        isInt value
        || (value * 0 == 0 && (!(raw ? x-decimals) || floor (value * 1000.0 + 0.5) / 1000.0 == value))
      );

  # Columns pay from a few values on.
  each = node: values: if length values < 4 then all node.fits values else node.fitsAll values;

  list =
    node:
    let
      inherit (node) raw items;
      least = raw.minItems or 0;
      most = raw.maxItems or unlimited;
    in
    if raw.uniqueItems or false then
      # Rare: left to the one that says what is wrong.
      value: value == [ ] && least == 0
    else if items == null then
      value: length value >= least && length value <= most
    else
      value: length value >= least && length value <= most && each items value;

  closed =
    node:
    let
      tests = mapAttrs (_: child: child.fits) node.props;
    in
    value:
    all (name: (tests.${name} or unknown) value.${name}) (attrNames value)
    && all (name: value ? ${name}) node.required;

  # Many objects at once, field by field.
  closedAll =
    node:
    let
      inherit (node) required;
      tests = mapAttrs (_: child: child.fitsAll) node.props;
    in
    values:
    values == [ ]
    || (
      let
        count = length values;
        columns = zipAttrsWith (
          name: column:
          (length column == count || !(elem name required)) && (tests.${name} or unknown) column
        ) values;
      in
      all isAttrs values
      && all (name: columns ? ${name}) required
      && !(elem false (attrValues columns))
    );

  map' =
    node:
    let
      inherit (node) raw;
      least = raw.minProperties or 0;
      most = raw.maxProperties or unlimited;
    in
    value:
    let
      names = attrNames value;
    in
    !(value ? outPath || value ? __toString || value ? __functor)
    && length names >= least
    && length names <= most
    && (node.names == null || each node.names names)
    && each node.values (attrValues value);

  # A union: a set is tested by the alternative that its `_type` selects.
  union =
    node:
    let
      texts = filter (branch: branch.accepts ? string) node.branches;
      ofString = if texts == [ ] then unknown else (head texts).fits;
    in
    value:
    if isString value then
      ofString value
    else if isAttrs value then
      node.accepts ? set && (node.alternative value).fits value
    else
      value == null && node.nullable;

  setOf = node: if node.closed then closed node else map' node;

  # By the type that a schema names.
  typed = {
    string = node: string node.raw;
    integer =
      node:
      let
        ofNumber = number node.raw;
      in
      value: isInt value && ofNumber value;
    boolean = node: if node.raw ? const || node.raw ? enum then mixed node else isBool;
    object =
      node:
      let
        ofSet = setOf node;
      in
      value: isAttrs value && ofSet value;
    array =
      node:
      let
        ofList = list node;
      in
      value: isList value && ofList value;
    number = mixed;
    null = mixed;
  };

  mixed =
    node:
    let
      inherit (node) raw accepts;
      ofString = string raw;
      ofNumber = number raw;
      ofList = list node;
      ofSet = setOf node;
    in
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
    );
in
{
  inherit typed;

  one =
    node:
    let
      type = node.raw.type or null;
    in
    if node.branches != [ ] then
      union node
    else if isString type then
      typed.${type} node
    else
      mixed node;

  all =
    node:
    let
      inherit (node) fits;
    in
    if node.branches == [ ] && node.raw ? type && node.raw.type == "string" then
      strings node
    else if node.closed && node.raw.type or null == "object" then
      closedAll node
    else
      values: all fits values;
}
