# The validator by itself: schema loading, hints, and the library's own schemas.
let
  inherit (builtins)
    concatMap
    concatStringsSep
    filter
    fromJSON
    genList
    length
    map
    readFile
    toJSON
    tryEval
    ;
  load = import ../validate/load.nix;
  schemaFaults = import ../validate/schemaFaults.nix;
  validate = import ../validate/validate.nix { };
  suggest = import ../text/suggest.nix;
  distance = import ../text/distance.nix;
  escape = import ../text/escape.nix;
  path = import ../problem/path.nix;
  test = (import ./build.nix).test "validate";

  codes =
    schema: value:
    map (problem: "${problem.code} ${path.dotted problem.at}") (validate (load schema) value);

  string = more: { type = "string"; } // more;
  integer = more: { type = "integer"; } // more;
  object = properties: {
    type = "object";
    additionalProperties = false;
    inherit properties;
  };
  secretSlot = {
    "$defs" = {
      SecretRef =
        object {
          _type = string { const = "insomnia.secret-ref/v1"; };
          name = string {
            maxLength = 20;
            pattern = "^[a-z.]+$";
          };
        }
        // {
          required = [
            "_type"
            "name"
          ];
        };
      LiteralValue = object { value = string { x-maxBytes = 5; }; } // {
        required = [ "value" ];
      };
    };
  }
  // object {
    auth = {
      anyOf = [
        { "$ref" = "#/$defs/SecretRef"; }
        { type = "null"; }
      ];
      x-secret = true;
    };
    env = {
      anyOf = [
        { "$ref" = "#/$defs/SecretRef"; }
        { "$ref" = "#/$defs/LiteralValue"; }
      ];
      x-secret = true;
    };
  };
  # A union with a string: of two objects, one has a `_type`.
  texts =
    let
      closed = required: properties: object properties // { inherit required; };
      text.text = string { x-maxBytes = 5; };
    in
    object {
      files = {
        type = "object";
        additionalProperties.anyOf = [
          (string { x-maxBytes = 5; })
          (closed [ "_type" "text" ] (text // { _type = string { const = "t/v1"; }; }))
          (closed [ "text" ] text)
        ];
      };
    };
  reference = name: {
    _type = "insomnia.secret-ref/v1";
    inherit name;
  };
  long = concatStringsSep "" (genList (_: "aaaaaaaaaa") 5000);
  infinity = 1.0e308 * 10;

  # name, schema, value, problems
  cases = [
    {
      name = "an integer";
      schema = integer { };
      value = 3;
    }
    {
      name = "a number with a fraction is no integer";
      schema = integer { };
      value = 1.0;
      problems = [ "type " ];
    }
    {
      name = "bounds";
      schema = integer {
        minimum = 1;
        maximum = 5;
      };
      value = 0;
      problems = [ "minimum " ];
    }
    {
      name = "a text of one letter at least";
      schema = string { minLength = 1; };
      value = "a";
    }
    {
      name = "an empty text";
      schema = string { minLength = 1; };
      value = "";
      problems = [ "min-length " ];
    }
    {
      name = "an object with what it needs";
      schema = object { a = integer { }; } // {
        required = [ "a" ];
      };
      value.a = 1;
    }
    {
      name = "an object without it";
      schema = object { a = integer { }; } // {
        required = [ "a" ];
      };
      value = { };
      problems = [ "required a" ];
    }
    {
      name = "both ends count";
      schema = integer {
        minimum = 5;
        maximum = 5;
      };
      value = 5;
    }
    {
      name = "three decimals";
      schema = {
        type = "number";
        x-decimals = 3;
      };
      value = 0.125;
    }
    {
      name = "four decimals";
      schema = {
        type = "number";
        x-decimals = 3;
      };
      value = 0.1255;
      problems = [ "decimals " ];
    }
    {
      name = "an integer is a number";
      schema = {
        type = "number";
        x-decimals = 3;
      };
      value = 1;
    }
    {
      name = "infinity";
      schema = {
        type = "number";
        x-decimals = 3;
      };
      value = infinity;
      problems = [ "type " ];
    }
    {
      name = "what is no number at all";
      schema = {
        type = "number";
        minimum = 0;
        maximum = 2;
      };
      value = infinity - infinity;
      problems = [ "type " ];
    }
    {
      name = "a long text is measured before its pattern is tried";
      schema = string {
        maxLength = 10;
        pattern = "^(a|b)*$";
      };
      value = long;
      problems = [ "max-length " ];
    }
    {
      name = "a pattern is anchored";
      schema = string {
        maxLength = 10;
        pattern = "^[a-z]+$";
      };
      value = "ab\ncd";
      problems = [ "pattern " ];
    }
    {
      name = "bytes, not characters";
      schema = string { x-maxBytes = 3; };
      value = "ää";
      problems = [ "max-bytes " ];
    }
    {
      name = "a line";
      schema = string {
        x-singleLine = true;
        x-maxBytes = 20;
      };
      value = "a\nb";
      problems = [ "control-character " ];
    }
    {
      name = "text that speaks of the store";
      schema = string { x-text = true; };
      value = "never write to /nix/store/ or /nix/store";
    }
    {
      name = "text that names a store path";
      schema = string { x-text = true; };
      value = "see /nix/store/0c0123456789abcdfghijklmnpqrsvwx-x";
      problems = [ "store-path " ];
    }
    {
      name = "an enum";
      schema = string { enum = [ "a" ]; };
      value = "b";
      problems = [ "enum " ];
    }
    {
      name = "a list and its elements";
      schema = {
        type = "array";
        maxItems = 1;
        items = integer { };
      };
      value = [
        1
        "2"
      ];
      problems = [
        "max-items "
        "type [1]"
      ];
    }
    {
      name = "unique elements";
      schema = {
        type = "array";
        uniqueItems = true;
        items = integer { };
      };
      value = [
        1
        2
        1
      ];
      problems = [ "unique-items " ];
    }
    {
      name = "different elements";
      schema = {
        type = "array";
        uniqueItems = true;
        items = string { };
      };
      value = [
        "a"
        "b"
      ];
    }
    {
      name = "required and unknown fields";
      schema = object { a = integer { }; } // {
        required = [ "a" ];
      };
      value.b = 1;
      problems = [
        "required a"
        "unknown-field b"
      ];
    }
    {
      name = "names and values of a map";
      schema = {
        type = "object";
        additionalProperties = integer { };
        propertyNames = {
          maxLength = 3;
          pattern = "^[a-z]+$";
        };
        maxProperties = 1;
      };
      value = {
        A = 1;
        b = "x";
      };
      problems = [
        "max-properties "
        "property-name A"
        "type b"
      ];
    }
    {
      name = "a function and a path";
      schema = object {
        a = string { };
        b = string { };
      };
      value = {
        a = x: x;
        b = ./validate.nix;
      };
      problems = [
        "function-value a"
        "path-value b"
      ];
    }
    {
      name = "a derivation in a map";
      schema = {
        type = "object";
        additionalProperties = string { };
      };
      value = {
        outPath = "/nix/store/x";
      };
      problems = [ "store-path " ];
    }
    {
      name = "a text with context";
      schema = string { };
      value = "${builtins.toFile "x" "x"}";
      problems = [ "store-path " ];
    }
    {
      name = "texts with context in an enum, a constant and a list of unique elements";
      schema = object {
        a = string { enum = [ "x" ]; };
        b = string { const = "x"; };
        c = {
          type = "array";
          uniqueItems = true;
          items = string { };
        };
      };
      value =
        let
          text = "${builtins.toFile "x" "x"}";
        in
        {
          a = text;
          b = text;
          c = [
            text
            "y"
          ];
        };
      problems = [
        "store-path a"
        "store-path b"
        "store-path c[0]"
      ];
    }
    {
      name = "a secret reference and null";
      schema = secretSlot;
      value = {
        auth = null;
        env = reference "a.b";
      };
    }
    {
      name = "a literal where a reference belongs";
      schema = secretSlot;
      value = {
        auth = "sk";
        env = "sk";
      };
      problems = [
        "secret-literal auth"
        "secret-literal env"
      ];
    }
    {
      name = "null where only a reference or a value may stand";
      schema = secretSlot;
      value.env = null;
      problems = [ "type env" ];
    }
    {
      name = "the type decides the branch";
      schema = secretSlot;
      value = {
        auth = {
          value = "x";
        };
        env = {
          _type = "insomnia.secret-ref/v2";
          name = "a";
        };
      };
      problems = [
        "required auth._type"
        "required auth.name"
        "unknown-field auth.value"
        "const env._type"
      ];
    }
    {
      name = "a string or an object, by its kind";
      schema = texts;
      value.files = {
        a = "x";
        b.text = "x";
        c = {
          _type = "t/v1";
          text = "x";
        };
      };
    }
    {
      name = "what is wrong in each alternative of a union";
      schema = texts;
      value.files = {
        a = "123456";
        b.text = 1;
        c._type = "t/v1";
        d._type = "t/v2";
        e._type = 1;
        f = 1;
        g = null;
        h = [ "x" ];
        i.outPath = "x";
        j.other = "x";
      };
      problems = [
        "max-bytes files.a"
        "type files.b.text"
        "required files.c.text"
        "const files.d._type"
        "required files.d.text"
        "type files.e._type"
        "required files.e.text"
        "type files.f"
        "type files.g"
        "type files.h"
        "store-path files.i"
        "required files.j.text"
        "unknown-field files.j.other"
      ];
    }
    {
      name = "a value that is no secret";
      schema = secretSlot;
      value.env.value = "12345";
    }
    {
      name = "a value that is too long";
      schema = secretSlot;
      value.env.value = "123456";
      problems = [ "max-bytes env.value" ];
    }
  ];

  sorted = builtins.sort (a: b: a < b);
  forms = import ../validate/forms.nix;
  patternsIn =
    node:
    if builtins.isAttrs node then
      (if builtins.isString (node.pattern or null) then [ node.pattern ] else [ ])
      ++ concatMap (name: patternsIn node.${name}) (builtins.attrNames node)
    else if builtins.isList node then
      concatMap patternsIn node
    else
      [ ];
  patterns = file: patternsIn (schemaOf file);
  schemaOf = file: fromJSON (readFile (../schema + "/${file}"));
in
map (
  case: test case.name (sorted (codes case.schema case.value)) (sorted (case.problems or [ ]))
) cases
++ [
  # --- loading
  (test "an unsupported keyword is named with its place"
    (schemaFaults (object {
      a = string { format = "uri"; };
    }))
    [
      {
        place = "#/properties/a";
        fault = "the keyword `format` is not implemented";
      }
    ]
  )
  (test "all faults of a schema are found"
    (map (found: found.place) (schemaFaults {
      type = "object";
      oneOf = [ ];
      additionalProperties = true;
      properties.a.type = "date";
      properties.b."$ref" = "#/$defs/Absent";
      properties.c.x-merge = "last";
      properties.d.items.not = { };
      properties.e.anyOf = [ { allOf = [ ]; } ];
    }))
    [
      "#"
      "#/properties/a"
      "#/properties/b"
      "#/properties/c"
      "#/properties/d/items"
      "#/properties/e/anyOf/0"
      "#"
    ]
  )
  (test "an unsupported keyword stops validation"
    (tryEval (codes (string { format = "uri"; }) "x")).success
    false
  )
  (test "an unsupported keyword below stops validation"
    (tryEval (toJSON (codes (object { a = integer { multipleOf = 2; }; }) { a = 2; }))).success
    false
  )
  (test "an unknown merge stops the schema"
    (tryEval (codes (string { x-merge = "last"; }) "x")).success
    false
  )
  (test "the schema of manifests has no faults" (schemaFaults (schemaOf "manifest.json")) [ ])
  (test "the schema of profiles has no faults" (schemaFaults (schemaOf "profile.json")) [ ])

  # --- words
  (test "every pattern of the schemas has a name and an example that fits" (filter
    (pattern: !(forms ? ${pattern}) || builtins.match pattern forms.${pattern}.example == null)
    (
      concatMap patterns [
        "manifest.json"
        "profile.json"
      ]
    )
  ) [ ])
  (test "a form is named with an example"
    (map (problem: problem.expected) (
      validate (load (string {
        maxLength = 8;
        pattern = "^(none|forever|[1-9][0-9]{0,3}d)$";
      })) "x"
    ))
    [
      "a retention such as 30d: none, forever or a number of days, at most 8 characters"
    ]
  )
  (test "near words are suggested"
    [
      (suggest "provder" [
        "mode"
        "provider"
      ])
      (suggest "max_turns" [
        "maxTurns"
        "maxWallSeconds"
      ])
      (suggest "Effort" [ "effort" ])
      (suggest "maxTurn" [ "maxTurns" ])
    ]
    [
      "provider"
      "maxTurns"
      "effort"
      "maxTurns"
    ]
  )
  (test "far words are not"
    [
      (suggest "colour" [
        "mode"
        "provider"
      ])
      (suggest "x" [ "y" ])
      (suggest "" [ "a" ])
      (suggest long [ "a" ])
    ]
    [
      null
      null
      null
      null
    ]
  )
  (test "edit distance"
    [
      (distance "kitten" "sitting")
      (distance "" "abc")
      (distance "abc" "abc")
    ]
    [
      3
      3
      0
    ]
  )
  (test "control characters are escaped"
    (escape "a\n${fromJSON "\"\\u001b\""}[31m${fromJSON "\"\\u202e\""}é")
    "a\\u000a\\u001b[31m\\u202eé"
  )
  (test "paths are dotted, other keys quoted" (path.dotted [
    "mcpServers"
    "a.b"
    "args"
    0
  ]) "mcpServers.\"a.b\".args[0]")
  (test "pointers are escaped" (path.pointer [
    "a/b"
    "c~d"
    0
  ]) "/a~1b/c~0d/0")
]
