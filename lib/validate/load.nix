# Prepares a schema for the merge and the validator: references followed, kinds named.
# A node is compiled when it is first visited, and each definition once.
#
# A compiled node: raw (the keywords), kind (closed map list set leaf), accepts (by
# builtins.typeOf), props, required, values, items, branches, secret, nullable,
# hasDefault, filled (what an absent closed object becomes).
schema:
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    foldl'
    head
    isAttrs
    isList
    listToAttrs
    mapAttrs
    removeAttrs
    substring
    ;
  faults = import ./schemaFaults.nix schema;

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
        # What filling gives to an object in which nothing is said.
        filled = foldl' (
          done: name:
          let
            child = props.${name};
          in
          if child.raw ? default then
            done // { ${name} = child.raw.default; }
          else if child.kind == "closed" && elem name required then
            done // { ${name} = child.filled; }
          else
            done
        ) { } (attrNames props);
      in
      {
        inherit
          raw
          kind
          accepts
          props
          required
          branches
          closed
          filled
          ;
        values = compile additional;
        items = if raw ? items then compile raw.items else null;
        names = if raw ? propertyNames then compile raw.propertyNames else null;
        secret = raw.x-secret or false;
        nullable = accepts ? null;
        presets = builtins.filter (name: props.${name}.raw ? x-preset) (attrNames props);
      };
in
if faults != [ ] then
  throw "insomnia: the schema ${schema."$id" or ""} cannot be used: at ${(head faults).place}, ${(head faults).fault}"
else
  compile schema
