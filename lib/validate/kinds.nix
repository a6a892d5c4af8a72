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
in
{
  # What a value is: "a list".
  is = value: nouns.${typeOf value} or "something else";

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
    else
      noun + bounds;
}
