# Lists the problems of a value that does not match its schema; see validate.nix.
#
# faults :: Bool -> Node -> [ Key ] -> Any -> [ Problem ]
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elem
    elemAt
    filter
    floor
    genList
    hasAttr
    head
    intersectAttrs
    isString
    length
    listToAttrs
    match
    removeAttrs
    replaceStrings
    stringLength
    toJSON
    typeOf
    unsafeDiscardStringContext
    ;
  misfit = import ./misfit.nix;
  forms = import ./forms.nix;
  kinds = import ./kinds.nix;
  quote = import ../text/quote.nix;
  unknownField = import ./unknownField.nix;
  storePath = import ../text/storePath.nix;
  controls = import ../text/controls.nix;

  counted =
    n: thing:
    if n == 1 then
      "1 ${thing}"
    else if thing == "entry" then
      "${toString n} entries"
    else
      "${toString n} ${thing}s";

  # There are too few or too many of something.
  bound =
    problem: code: most: limit: thing: size:
    let
      expected = "${most} ${counted limit thing}";
    in
    problem code "must have ${expected}, got ${toString size}" // { inherit expected; };

  checkString =
    node: at: value:
    let
      raw = node.raw;
      size = stringLength value;
      problem = code: message: {
        inherit code at message;
        expected = kinds.wants node;
      };
      # The name of a secret could be the secret itself, and an invalid address often
      # contains a password.
      secret = node.secret || elem (kinds.noun node) [ "a secret name" "an address" ];
      malformed =
        value: problem:
        let
          hint = (import ./meant.nix).form raw.pattern secret value;
        in
        problem "must be ${kinds.noun node}${if secret then "" else ", got ${quote value}"}"
        // (if hint == null then { } else { inherit hint; });
    in
    if raw ? enum then
      if elem value raw.enum then
        [ ]
      else
        let
          meant = if size <= 64 then import ../text/suggest.nix value (filter isString raw.enum) else null;
          foreign = if elem "PreToolUse" raw.enum then import ./foreignEvent.nix value else null;
        in
        [
          (
            problem "enum" "unknown value${if node.secret then "" else " ${quote value}"}"
            // (
              if foreign != null then
                { hint = foreign; }
              else if meant == null then
                { }
              else
                { hint = "did you mean `${meant}`?"; }
            )
          )
        ]
    else if raw ? maxLength && size > raw.maxLength then
      [ (bound problem "max-length" "at most" raw.maxLength "character" size) ]
    else
      (
        if raw ? minLength && size < raw.minLength then
          [ (bound problem "min-length" "at least" raw.minLength "character" size) ]
        else
          [ ]
      )
      ++ (
        if raw ? const && value != raw.const then
          [ (problem "const" "must be ${quote raw.const}${if node.secret then "" else ", got ${quote value}"}") ]
        else
          [ ]
      )
      ++ (
        if raw ? pattern && match raw.pattern value == null then
          let
            inherit (forms.${raw.pattern} or { form = null; }) form;
            known = import ./formFault.nix form value;
          in
          [
            (
              malformed value (problem "pattern")
              // (
                if known == null || node.secret then
                  { }
                else
                  known // { expected = "${form} such as ${forms.${raw.pattern}.example}"; }
              )
            )
          ]
        else
          [ ]
      )
      ++ (
        if raw ? x-maxBytes && size > raw.x-maxBytes then
          [ (bound problem "max-bytes" "at most" raw.x-maxBytes "byte" size) ]
        else
          [ ]
      )
      ++ (
        if
          raw ? x-singleLine
          && size <= raw.x-maxBytes or 1048576
          && replaceStrings controls.all controls.nothing value != value
        then
          [
            (
              problem "control-character" "contains a control character such as a line break"
              // {
                hint = "write it on one line, without escapes";
              }
            )
          ]
        else
          [ ]
      )
      ++ (
        if raw ? x-text && size <= raw.x-maxBytes or 1048576 && storePath value then
          [
            (
              problem "store-path" "contains a path of the Nix store, which does not exist on other machines"
              // {
                expected = "text without store paths";
                hint = "write the name of a program, or the content of a file: builtins.readFile ./FILE";
              }
            )
          ]
        else
          [ ]
      );

  # x * 0 == 0 is false for values that are not numbers (nan, inf).
  checkNumber =
    node: at: value:
    let
      raw = node.raw;
      problem = code: message: {
        inherit code at message;
        expected = kinds.wants node;
      };
      nullable =
        if node.accepts ? null then { hint = (import ./meant.nix).writeNull; } else { };
    in
    if value * 0 != 0 then
      [ (problem "type" "must be a finite number") ]
    else if raw ? enum && !(elem value raw.enum) then
      [ (problem "enum" "unknown value ${toJSON value}") ]
    else if raw ? const && value != raw.const then
      [ (problem "const" "must be ${kinds.wants node}, got ${toJSON value}") ]
    else
      (
        if raw ? minimum && value < raw.minimum then
          [ (problem "minimum" "must be at least ${toString raw.minimum}, got ${toJSON value}" // nullable) ]
        else
          [ ]
      )
      ++ (
        if raw ? maximum && value > raw.maximum then
          [ (problem "maximum" "must be at most ${toString raw.maximum}, got ${toJSON value}" // nullable) ]
        else
          [ ]
      )
      ++ (
        if raw ? x-decimals && typeOf value == "float" && !(fewDecimals value) then
          [
            (
              problem "decimals" "must have at most ${counted raw.x-decimals "decimal"}, got ${toJSON value}"
              // {
                expected = "${kinds.wants node} with at most ${toString raw.x-decimals} decimals";
              }
            )
          ]
        else
          [ ]
      );

  # Beyond 2^40 a double keeps too few bits for the question to matter.
  fewDecimals =
    value: value > 1.0e12 || value < -1.0e12 || floor (value * 1000.0 + 0.5) / 1000.0 == value;

  repeated =
    value:
    if length value < 2 then
      false
    else if filter (element: !isString element) value == [ ] then
      length (
        attrNames (
          listToAttrs (
            map (element: {
              name = unsafeDiscardStringContext element;
              value = null;
            }) value
          )
        )
      ) < length value
    else
      filter (n: elem (elemAt value n) (genList (m: elemAt value m) n)) (genList (n: n) (length value))
      != [ ];

  checkList =
    check: node: at: value:
    let
      raw = node.raw;
      size = length value;
      problem = code: message: { inherit code at message; };
    in
    (
      if raw ? minItems && size < raw.minItems then
        [ (bound problem "min-items" "at least" raw.minItems "element" size) ]
      else
        [ ]
    )
    ++ (
      if raw ? maxItems && size > raw.maxItems then
        [ (bound problem "max-items" "at most" raw.maxItems "element" size) ]
      else
        [ ]
    )
    ++ (
      if (raw.uniqueItems or false) && repeated value then
        [ (problem "unique-items" "has a duplicate element" // { hint = "remove one of the two"; }) ]
      else
        [ ]
    )
    ++ (
      if node.items == null || size == 0 then
        [ ]
      else
        concatLists (genList (n: check node.items (at ++ [ n ]) (elemAt value n)) size)
    );

  checkSet =
    check: partial: node: at: value:
    let
      raw = node.raw;
      names = attrNames value;
      size = length names;
      problem = code: message: { inherit code at message; };
      absent = filter (name: !(hasAttr name value)) node.required;
    in
    (
      if raw ? minProperties && size < raw.minProperties then
        [ (bound problem "min-properties" "at least" raw.minProperties "entry" size) ]
      else
        [ ]
    )
    ++ (
      if raw ? maxProperties && size > raw.maxProperties then
        [ (bound problem "max-properties" "at most" raw.maxProperties "entry" size) ]
      else
        [ ]
    )
    ++ (
      if node.required == [ ] || partial then
        [ ]
      else
        map (name: {
          code = "required";
          at = at ++ [ name ];
          message = "is required";
          expected = kinds.wants node.props.${name};
        }) absent
    )
    ++ (
      if node.closed then
        let
          known = intersectAttrs node.props value;
          unknown = removeAttrs value (attrNames node.props);
        in
        concatMap (name: check node.props.${name} (at ++ [ name ]) value.${name}) (attrNames known)
        ++ (
          if unknown == { } then
            [ ]
          else
            let
              strange = attrNames unknown;
            in
            map (name: unknownField (length strange > 100) node at name value.${name}) strange
        )
      else
        (
          if node.names == null then
            [ ]
          else
            concatMap (
              name:
              map (
                fault:
                fault
                // {
                  code = "property-name";
                  at = at ++ [ name ];
                  message =
                    if node.names.raw ? pattern then
                      "must be ${kinds.noun node.names}, got ${quote name}"
                    else
                      "invalid name ${quote name}";
                }
              ) (checkString node.names at name)
            ) names
        )
        ++ concatMap (name: check node.values (at ++ [ name ]) value.${name}) names
    );

  # A union: by the alternative that the value means. `accepts` has seen to it that one does.
  checkUnion =
    check: node: at: value:
    let
      type = typeOf value;
    in
    if type == "set" then
      check (node.alternative value) at value
    else
      check (head (filter (branch: branch.accepts ? ${type}) node.branches)) at value;

  validate =
    partial:
    let
      check =
        node: at: value:
        let
          type = typeOf value;
          fault = misfit node at value;
        in
        if fault != null then
          [ (fault // { inherit at; }) ]
        else if node.branches != [ ] then
          checkUnion strict node at value
        else if type == "string" then
          checkString node at value
        else if type == "int" || type == "float" then
          checkNumber node at value
        else if type == "set" then
          checkSet check (partial && node.kind != "leaf") node at value
        else if type == "list" then
          checkList strict node at value
        else
          [ ];
      # Inside a list or a value that is replaced whole, nothing is left to another layer.
      strict = if partial then validate false else check;
    in
    check;
in
validate
