/**
  Lists what the validator does not implement in a JSON Schema. A schema with faults must
  not be used: a keyword that is passed over would let wrong values through.

  # Inputs

  `schema`
  : a JSON Schema as Nix data

  # Type

  ```
  schemaFaults :: AttrSet -> [ { place :: String; fault :: String; } ]
  ```

  # Examples

  ```nix
  schemaFaults { type = "object"; oneOf = [ ]; }
  => [ { place = "#"; fault = "the keyword `oneOf` is not implemented"; } ]
  ```
*/
schema:
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elem
    genList
    elemAt
    isAttrs
    isList
    isString
    length
    removeAttrs
    substring
    stringLength
    ;
  keywords = import ./keywords.nix;
  types = [
    "string"
    "integer"
    "number"
    "boolean"
    "array"
    "object"
    "null"
  ];
  prefix = "#/$defs/";

  fault = place: text: {
    inherit place;
    fault = text;
  };

  under =
    place: key: node:
    if node ? ${key} then walkMap "${place}/${key}" node.${key} else [ ];
  walkMap =
    place: set:
    if isAttrs set then
      concatMap (name: walk "${place}/${name}" set.${name}) (attrNames set)
    else
      [ (fault place "must be an object") ];

  walk =
    place: node:
    if !isAttrs node then
      [ (fault place "a schema must be an object") ]
    else
      let
        declared = node.type or [ ];
        listed = if isList declared then declared else [ declared ];
      in
      map (name: fault place "the keyword `${name}` is not implemented") (
        attrNames (removeAttrs node keywords)
      )
      ++ concatMap (
        name:
        if elem name types then [ ] else [ (fault place "the type `${toString name}` is not implemented") ]
      ) listed
      ++ (
        if !(node ? "$ref") then
          [ ]
        else if
          isString node."$ref"
          && substring 0 (stringLength prefix) node."$ref" == prefix
          && schema ? "$defs".${substring (stringLength prefix) (-1) node."$ref"}
        then
          [ ]
        else
          [ (fault place "the reference `${toString node."$ref"}` leads nowhere") ]
      )
      ++ (
        if
          !(node ? x-merge)
          || elem node.x-merge [
            "replace"
            "set"
          ]
        then
          [ ]
        else
          [ (fault place "the merge `${toString node.x-merge}` is not implemented") ]
      )
      ++ under place "properties" node
      ++ under place "$defs" node
      ++ (
        if isAttrs (node.additionalProperties or false) then
          walk "${place}/additionalProperties" node.additionalProperties
        else if node.additionalProperties or false then
          [ (fault place "an open object is not implemented") ]
        else
          [ ]
      )
      ++ (if node ? propertyNames then walk "${place}/propertyNames" node.propertyNames else [ ])
      ++ (if node ? items then walk "${place}/items" node.items else [ ])
      ++ (
        if node ? anyOf then
          concatLists (
            genList (n: walk "${place}/anyOf/${toString n}" (elemAt node.anyOf n)) (length node.anyOf)
          )
        else
          [ ]
      );
in
walk "#" schema
