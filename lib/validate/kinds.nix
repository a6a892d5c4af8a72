# Words for values and for what a schema expects, for messages.
let
  inherit (builtins)
    concatStringsSep
    filter
    head
    isString
    length
    toJSON
    typeOf
    ;
  forms = import ./forms.nix;
  nouns = {
    int = "an integer";
    float = "a number with a fraction";
    string = "text";
    bool = "true or false";
    list = "a list";
    set = "an attribute set";
    null = "null";
    path = "a path";
    lambda = "a function";
  };
  typeNouns = {
    string = "text";
    integer = "an integer";
    number = "a number";
    boolean = "true or false";
    array = "a list";
    object = "an attribute set";
    null = "null";
  };
  show = value: if isString value then value else toJSON value;

  # What a node wants: "an integer from 1 to 100".
  wants =
    node:
    let
      raw = node.raw;
      types = if raw ? type then (if isString raw.type then [ raw.type ] else raw.type) else [ ];
      noun = if types == [ ] then "a value" else concatStringsSep " or " (map (t: typeNouns.${t}) types);
      bounds =
        if raw ? minimum && raw ? maximum then
          " from ${toString raw.minimum} to ${toString raw.maximum}"
        else if raw ? minimum then
          " of at least ${toString raw.minimum}"
        else if raw ? maximum then
          " of at most ${toString raw.maximum}"
        else
          "";
    in
    if node.secret || node.branches != [ ] then
      "secrets.ref \"NAME\""
      + (if node.accepts ? null then " or null" else "")
      + (
        if filter (branch: branch.props ? value) node.branches != [ ] then
          ", or { value = \"…\"; } for what is no secret"
        else
          ""
      )
    else if raw ? enum then
      (
        if length raw.enum == 1 then
          show (head raw.enum)
        else
          "one of: ${concatStringsSep ", " (map show raw.enum)}"
      )
    else if raw ? const then
      show raw.const
    else if raw ? pattern && forms ? ${raw.pattern} then
      "${forms.${raw.pattern}.form} such as ${forms.${raw.pattern}.example}${
        if raw ? maxLength then ", of at most ${toString raw.maxLength} characters" else ""
      }; exactly: ${raw.pattern}"
    else if raw ? pattern then
      "text of the form ${raw.pattern}"
    else if raw ? x-singleLine && raw ? x-maxBytes then
      "a line of at most ${toString raw.x-maxBytes} bytes"
    else if raw ? x-maxBytes then
      "text of at most ${toString raw.x-maxBytes} bytes"
    else
      noun + bounds;
in
{
  # What a value is: "a list".
  is = value: nouns.${typeOf value} or "something else";

  inherit wants;

  # The same in fewer words, to go into a sentence.
  noun =
    node:
    let
      raw = node.raw;
    in
    if !node.secret && raw ? pattern && forms ? ${raw.pattern} then
      forms.${raw.pattern}.form
    else if !node.secret && raw ? x-maxBytes then
      "text"
    else
      wants node;
}
