# Prepares a schema for the merge and the validator: references followed, kinds named.
# A node is compiled when it is first visited, and each definition once; a keyword that is
# not implemented stops it there (schemaFaults.nix looks through a whole schema).
#
# A compiled node: raw (the keywords), kind (closed map list set leaf), accepts (by
# builtins.typeOf), props, required, values, items, branches, secret, nullable,
# filled (what an absent closed object becomes), deep (something may have to be filled),
# sorts (a set is at or below it), fits (the quick test of a value).
schema:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    foldl'
    head
    isAttrs
    isList
    listToAttrs
    mapAttrs
    removeAttrs
    substring
    ;
  keywords = import ./keywords.nix;
  makeFits = import ./fits.nix;

  definitions = schema."$defs" or { };
  nameOf = reference: substring 8 (-1) reference;
  compiled = mapAttrs (_: compile) definitions;

  typeNames = {
    string = [ "string" ];
    integer = [ "int" ];
    number = [
      "int"
      "float"
    ];
    boolean = [ "bool" ];
    array = [ "list" ];
    object = [ "set" ];
    null = [ "null" ];
  };
  every = concatMap (name: typeNames.${name}) (attrNames typeNames);

  compile =
    raw:
    if raw ? "$ref" then
      let
        siblings = removeAttrs raw [
          "$ref"
          "description"
          "$defs"
          "$schema"
          "$id"
          "title"
        ];
        name = nameOf raw."$ref";
      in
      if siblings == { } then compiled.${name} else compile (definitions.${name} // siblings)
    else
      let
        branches = map compile (raw.anyOf or [ ]);
        names =
          if raw ? type then
            concatMap (name: typeNames.${name}) (if isList raw.type then raw.type else [ raw.type ])
          else if raw ? anyOf then
            concatMap (branch: attrNames branch.accepts) branches
          else if raw ? const then
            [ (builtins.typeOf raw.const) ]
          else
            every;
        accepts = listToAttrs (
          map (name: {
            inherit name;
            value = true;
          }) names
        );
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
        props = mapAttrs (_: compile) (raw.properties or { });
        required = raw.required or [ ];
        closed = accepts ? set && !isAttrs additional && branches == [ ];
        # Fields below which something may have to be filled, or sorted.
        deepProps = keepProps (child: child.deep);
        setProps = keepProps (child: child.sorts);
        keepProps = test: removeAttrs props (filter (name: !(test props.${name})) (attrNames props));
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
        ) { } (filter (name: props ? ${name}) required);
        refuse =
          fault:
          throw "insomnia: the schema ${schema."$id" or ""} cannot be used: ${fault} is not implemented";
        checked =
          let
            unknown = attrNames (removeAttrs raw keywords);
          in
          if unknown != [ ] then
            refuse "the keyword `${head unknown}`"
          else if merge != "" && merge != "replace" && merge != "set" then
            refuse "the merge `${merge}`"
          else
            raw;
        node = {
          raw = checked;
          inherit
            kind
            accepts
            props
            required
            branches
            closed
            filled
            deepProps
            setProps
            ;
          values = compile additional;
          items = if raw ? items then compile raw.items else null;
          names = if raw ? propertyNames then compile raw.propertyNames else null;
          secret = raw.x-secret or false;
          nullable = accepts ? null;
          presets = filter (name: props.${name}.raw ? x-preset) (attrNames props);
          deep =
            branches == [ ]
            && (
              (kind == "closed" && (filled != { } || deepProps != { }))
              || (kind == "map" && node.values.deep)
              || (node.items != null && node.items.deep)
            );
          sorts =
            kind == "set" || (kind == "closed" && setProps != { }) || (kind == "map" && node.values.sorts);
          fits = makeFits node;
        };
      in
      node;
in
compile schema
