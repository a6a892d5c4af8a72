# Prepares a schema for the merge and the validator: references followed, kinds named.
# A node is compiled when it is first visited, and each definition once; a keyword that is
# not implemented stops it there (schemaFaults.nix looks through a whole schema).
#
# A compiled node: raw (the keywords), kind (closed map list set leaf), accepts (by
# builtins.typeOf), props, required, values, items, branches, secret, nullable,
# alternative (of a union, for a set), filled (what an absent closed object becomes), deep (something may have to be filled),
# sorts (a set is at or below it).
schema:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    elem
    filter
    foldl'
    head
    intersectAttrs
    isAttrs
    isList
    isString
    listToAttrs
    map
    mapAttrs
    removeAttrs
    substring
    typeOf
    unsafeDiscardStringContext
    ;
  keywords = import ./keywords.nix;

  definitions = schema."$defs" or { };
  compiled = mapAttrs (_: compile) definitions;

  # Keywords that may accompany a reference and change nothing.
  beside = [
    "$ref"
    "description"
    "$defs"
    "$schema"
    "$id"
    "title"
  ];

  # What the types of a schema accept, by builtins.typeOf.
  accepted = {
    string.string = true;
    integer.int = true;
    number = {
      int = true;
      float = true;
    };
    boolean.bool = true;
    array.list = true;
    object.set = true;
    null.null = true;
  };
  either = foldl' (all: more: all // more) { };

  # Types with nothing below them.
  scalars = attrNames (
    removeAttrs accepted [
      "array"
      "object"
    ]
  );

  key = name: {
    inherit name;
    value = null;
  };

  refuse =
    fault:
    throw "insomnia: the schema ${schema."$id" or ""} cannot be used: ${fault} is not implemented";

  unchecked = filter (name: name != "x-merge") keywords;

  # The keywords of a node, once it is known that all of them are implemented.
  checked =
    raw:
    if removeAttrs raw unchecked == { } then
      raw
    else
      let
        unknown = attrNames (removeAttrs raw keywords);
        merge = raw.x-merge or "";
      in
      if unknown != [ ] then
        refuse "the keyword `${head unknown}`"
      else if merge != "" && merge != "replace" && merge != "set" then
        refuse "the merge `${merge}`"
      else
        raw;

  # What is the same for every scalar.
  bare = {
    kind = "leaf";
    props = { };
    required = [ ];
    branches = [ ];
    alternative = null;
    closed = false;
    filled = { };
    parts = { };
    values = null;
    items = null;
    names = null;
    presets = [ ];
    deep = false;
    sorts = false;
  };

  scalar =
    raw:
    let
      node = bare // {
        raw = checked raw;
        accepts = accepted.${raw.type};
        secret = raw.x-secret or false;
        nullable = raw.type == "null";
      };
    in
    node;

  compile =
    raw:
    if raw ? "$ref" then
      let
        siblings = removeAttrs raw beside;
        name = substring 8 (-1) raw."$ref";
      in
      if siblings == { } then compiled.${name} else compile (definitions.${name} // siblings)
    else if elem (raw.type or null) scalars && !(raw ? anyOf) then
      scalar raw
    else
      compound raw;

  compound =
    raw:
    let
      branches = map compile (raw.anyOf or [ ]);
      accepts =
        if raw ? type then
          if isList raw.type then either (map (name: accepted.${name}) raw.type) else accepted.${raw.type}
        else if raw ? anyOf then
          either (map (branch: branch.accepts) branches)
        else if raw ? const then
          { ${typeOf raw.const} = true; }
        else
          either (attrValues accepted);
      additional = raw.additionalProperties or false;
      merge = raw.x-merge or "";
      kind =
        if raw ? anyOf || merge == "replace" then
          "leaf"
        else if accepts ? set then
          if isAttrs additional then "map" else "closed"
        else if accepts ? list then
          if merge == "set" then "set" else "list"
        else
          "leaf";
      properties = raw.properties or { };
      props = mapAttrs (_: compile) properties;
      required = raw.required or [ ];
      compounds = filter (name: !(elem (properties.${name}.type or null) scalars)) (
        attrNames properties
      );
      node = {
        inherit
          kind
          accepts
          props
          required
          branches
          ;
        raw = checked raw;
        closed = accepts ? set && !isAttrs additional && branches == [ ];
        # What filling gives to an object in which nothing is said.
        filled = foldl' (
          done: name:
          let
            child = props.${name};
          in
          if child.raw ? default then
            done // { ${name} = child.raw.default; }
          else if child.kind == "closed" then
            done // { ${name} = child.filled; }
          else
            done
        ) { } (filter (name: properties.${name} ? default || elem name required) (attrNames properties));
        # The fields that something may be below.
        parts = intersectAttrs (listToAttrs (map key compounds)) props;
        values = compile additional;
        items = if raw ? items then compile raw.items else null;
        # A set goes by its `_type`: to the alternative with that one or else the first with
        # one, and without a `_type` to the alternative that has none, if there is one.
        alternative =
          let
            objects = filter (branch: branch.accepts ? set) branches;
            tagged = filter (branch: branch.props ? _type) objects;
            untagged = filter (branch: !(branch.props ? _type)) objects;
            byType = listToAttrs (
              map (branch: {
                name = branch.props._type.raw.const;
                value = branch;
              }) tagged
            );
            first = head (tagged ++ untagged);
            plain = head (untagged ++ tagged);
          in
          value:
          if !(value ? _type) then
            plain
          else if isString value._type then
            byType.${unsafeDiscardStringContext value._type} or first
          else
            first;
        names = if raw ? propertyNames then compile raw.propertyNames else null;
        secret = raw.x-secret or false;
        nullable = accepts ? null;
        presets = filter (name: properties.${name} ? x-preset) (attrNames properties);
        deep =
          branches == [ ]
          && (
            if kind == "closed" then
              node.filled != { } || any (name: props.${name}.deep) compounds
            else if kind == "map" then
              node.values.deep
            else
              node.items != null && node.items.deep
          );
        sorts =
          if kind == "closed" then
            any (name: props.${name}.sorts) compounds
          else if kind == "map" then
            node.values.sorts
          else
            kind == "set";
      };
    in
    node;
in
compile schema
