/**
  The options of a profile in the form of nixpkgs' module system, made of the schema:
  nixd completes from them, and nixpkgs' `optionAttrSetToDocList` and `nixosOptionsDoc`
  render them. They are for tools; `mkProfile` does not evaluate them.

  # Type

  ```
  options :: { ${name} :: Option | { … }; }
  ```

  # Examples

  ```nix
  # in the settings that an editor passes to nixd
  {
    "nixd": {
      "options": {
        "insomnia": { "expr": "(builtins.getFlake (toString ./.)).inputs.insomnia.lib.options" }
      }
    }
  }
  ```
*/
let
  inherit (builtins)
    concatStringsSep
    fromJSON
    isString
    map
    mapAttrs
    readFile
    removeAttrs
    toJSON
    ;
  schema = fromJSON (readFile ./schema/profile.json);
  forms = import ./validate/forms.nix;

  # The definition that a node refers to, with the node's own fields.
  followed =
    node:
    if node ? "$ref" then
      schema."$defs".${builtins.substring 8 (-1) node."$ref"} // removeAttrs node [ "$ref" ]
    else
      node;

  # As the types of the module system are printed.
  words = {
    string = "string";
    integer = "signed integer";
    number = "signed integer or floating point number";
    boolean = "boolean";
    null = "null";
  };
  bounded =
    node: noun:
    if node ? minimum && node ? maximum then
      "${noun} between ${toString node.minimum} and ${toString node.maximum} (both inclusive)"
    else
      noun;

  leaf = name: description: {
    _type = "option-type";
    inherit name description;
    nestedTypes = { };
    getSubOptions = _: { };
    getSubModules = null;
  };
  nested = name: description: elemType: {
    _type = "option-type";
    inherit name description;
    nestedTypes = { inherit elemType; };
    getSubOptions = loc: elemType.getSubOptions (loc ++ [ (if name == "attrsOf" then "<name>" else "*") ]);
    getSubModules = null;
  };

  typeOf =
    raw:
    let
      node = followed raw;
      type = node.type or null;
    in
    if node ? enum then
      (leaf "enum" "one of ${concatStringsSep ", " (map toJSON node.enum)}")
      // {
        functor.payload.values = node.enum;
      }
    else if node ? const then
      leaf "enum" "value ${toJSON node.const} (singular enum)"
    else if node ? anyOf then
      leaf "either" (concatStringsSep " or " (map (branch: (typeOf branch).description) node.anyOf))
    else if type == "object" && node ? properties then
      (leaf "submodule" "submodule")
      // {
        getSubOptions = loc: optionsOf loc node;
      }
    else if type == "object" then
      let
        elem = typeOf (node.additionalProperties or { });
      in
      nested "attrsOf" "attribute set of ${elem.description}" elem
    else if type == "array" then
      let
        elem = typeOf (node.items or { });
      in
      nested "listOf" "list of ${elem.description}" elem
    else if type == "string" then
      leaf "str" (
        if node ? pattern && forms ? ${node.pattern} then
          "string: ${forms.${node.pattern}.form} such as ${forms.${node.pattern}.example}"
        else
          "string"
      )
    else if isString type then
      leaf {
        integer = "int";
        number = "float";
        boolean = "bool";
        null = "null";
      }.${type} (bounded node words.${type})
    else if type != null then
      leaf "either" (concatStringsSep " or " (map (one: words.${one} or one) type))
    else
      leaf "raw" "raw value";

  # A closed object is a set of options, as in a module.
  optionsOf =
    loc: node:
    mapAttrs (
      name: raw:
      let
        child = followed raw;
        at = loc ++ [ name ];
      in
      if child ? properties && !(child ? anyOf) && (child.type or "") == "object" then
        optionsOf at child
      else
        {
          _type = "option";
          loc = at;
          description = raw.description or child.description or "";
          type = typeOf raw;
          declarations = [ ];
          declarationPositions = [ ];
          internal = false;
          visible = true;
          readOnly = false;
        }
        // (if child ? default then { inherit (child) default; } else { })
    ) node.properties;

  root = followed schema;
in
# A raw fragment has the fields of the manifest, which are not written out twice.
optionsOf [ ] (
  root
  // {
    properties = root.properties // {
      overrides = {
        inherit (root.properties.overrides) description;
      };
    };
  }
)
