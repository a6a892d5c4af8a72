# The rules of workflows: what one asks for makes sense, and its prompt uses nothing else.
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    genList
    groupBy
    head
    isAttrs
    isList
    isString
    length
    match
    split
    stringLength
    substring
    tail
    unsafeDiscardStringContext
    ;
  quote = import ../text/quote.nix;

  # A number as JSON writes it.
  isNumber =
    text:
    stringLength text <= 64
    && match "-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?" text != null;

  # The text between braces in a prompt, as [ blanks name blanks ], if it has the form of a name.
  braced =
    prompt:
    concatMap (
      piece:
      let
        ends = split "}}" (substring 0 72 piece);
        parts = match "( *)([A-Za-z][A-Za-z0-9_-]{0,63})( *)" (head ends);
      in
      if length ends > 1 && parts != null then [ parts ] else [ ]
    ) (tail (filter isString (split "[{][{]" (unsafeDiscardStringContext prompt))));
  nameIn = parts: elemAt parts 1;
  spaced = parts: head parts + elemAt parts 2 != "";
  once = names: attrNames (groupBy (name: name) names);
in
at: workflow:
let
  inputs = workflow.inputs or [ ];
  count = if isList inputs then length inputs else 0;
  fault = at: code: message: expected: hint: [
    {
      inherit
        at
        code
        message
        expected
        hint
        ;
    }
  ];
  nameOf = input: if isAttrs input && isString (input.name or null) then input.name else null;

  judge =
    n:
    let
      input = elemAt inputs n;
      here = at ++ [
        "inputs"
        n
      ];
      name = nameOf input;
      before = genList (m: nameOf (elemAt inputs m)) n;
      type = input.type or null;
      choices = input.choices or [ ];
      default = input.default or null;
      wanted =
        if type == "number" && isString default && !(isNumber default) then
          "a number such as 20 or 0.5"
        else if type == "boolean" && isString default && default != "true" && default != "false" then
          "true or false"
        else
          null;
    in
    (
      if name != null && elem name before then
        fault (here ++ [ "name" ]) "rule-workflow-inputs" "duplicate input ${quote name}"
          "a unique name"
          "rename one of the two"
      else
        [ ]
    )
    ++ (
      if !(isAttrs input) || !(isString type) || !(isList choices) then
        [ ]
      else if type == "choice" && choices == [ ] then
        fault (
          here ++ [ "choices" ]
        ) "rule-workflow-choices" "must have at least 1 choice, got 0" "at least one choice" "list the choices"
      else if type != "choice" && choices != [ ] then
        fault (here ++ [ "choices" ]) "rule-workflow-choices"
          "choices have no effect on an input of type ${quote type}"
          "no choices"
          "set type to \"choice\""
      else if choices != [ ] && isString default && !(elem default (filter isString choices)) then
        fault (here ++ [ "default" ]) "rule-workflow-choices" "must be one of the choices, got ${quote default}"
          "one of the choices"
          "add it to the choices"
      else
        [ ]
    )
    ++ (
      if isAttrs input && input ? default && input.required or null == true then
        fault (
          here ++ [ "required" ]
        ) "rule-workflow-required" "must be false: an input with a default is never missing"
          "required or default, not both"
          "remove default, or set required = false"
      else
        [ ]
    )
    ++ (
      if wanted != null then
        fault (
          here ++ [ "default" ]
        ) "rule-workflow-default" "must be ${wanted}, got ${quote default}" wanted
          "correct the default, or set type to \"string\""
      else
        [ ]
    );

  names = filter isString (genList (n: nameOf (elemAt inputs n)) count);
  used = if isString (workflow.prompt or null) then braced workflow.prompt else [ ];
  missing = once (
    map nameIn (filter (parts: !(spaced parts) && !(elem (nameIn parts) names)) used)
  );
  blanks = filter (parts: spaced parts && elem (nameIn parts) names) used;
  placeholder = fault (at ++ [ "prompt" ]) "rule-workflow-placeholder";
  name = head missing;
  meant = import ../text/suggest.nix name names;
  listed = if length missing > 8 then genList (elemAt missing) 8 else missing;
in
if !(isList inputs) then
  [ ]
else
  concatLists (genList judge count)
  ++ (
    if missing != [ ] then
      placeholder "no input for ${concatStringsSep ", " (map (name: "`{{${name}}}`") listed)}"
        "the name of an input between the braces"
        (
          if meant != null then
            "did you mean `${meant}`?"
          else
            "add { name = \"${name}\"; type = \"string\"; required = true; } to inputs; for literal braces write {{ ${name} }}"
        )
    else if blanks != [ ] then
      let
        name = nameIn (head blanks);
      in
      placeholder "`{{ ${name} }}` is plain text: placeholders have no spaces"
        "the name of an input between the braces"
        "write {{${name}}}"
    else
      [ ]
  )
