# Words for values and for what a schema expects, for messages.
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elemAt
    genList
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
    string = "a string";
    bool = "a boolean";
    list = "a list";
    set = "an attribute set";
    null = "null";
    path = "a path";
    lambda = "a function";
  };
  typeNouns = {
    string = "a string";
    integer = "an integer";
    number = "a number";
    boolean = "a boolean";
    array = "a list";
    object = "an attribute set";
    null = "null";
  };
  show = value: if isString value then value else toJSON value;

  # What an alternative of a union wants, as an author writes it.
  alternative =
    node:
    let
      type = node.props._type.raw.const or null;
    in
    if type == "insomnia.secret-ref/v1" then
      "secrets.ref \"NAME\""
    else if type == "insomnia.secret-format/v1" then
      "secrets.format \"… {}\" (secrets.ref \"NAME\")"
    else if attrNames node.props == [ "value" ] then
      "{ value = \"…\"; } for a value that is not secret"
    else if node.accepts ? set then
      "an attribute set of ${concatStringsSep ", " (attrNames node.props)}"
    else
      wants node;

  # "a or b", "a, b, or c".
  orOf =
    words:
    let
      most = length words - 1;
    in
    if most == 0 then
      head words
    else
      concatStringsSep ", " (genList (elemAt words) most)
      + (if most == 1 then " or " else ", or ")
      + elemAt words most;

  # The types of a schema: "a string or null".
  ofTypes =
    raw:
    let
      types = if isString raw.type then [ raw.type ] else raw.type;
    in
    if raw ? type then concatStringsSep " or " (map (t: typeNouns.${t}) types) else "a value";

  # What a node wants: "an integer from 1 to 100".
  wants =
    node:
    let
      raw = node.raw;
      noun = ofTypes raw;
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
    if node.branches != [ ] then
      orOf (map alternative node.branches)
    else if node.secret then
      alternative node
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
      "${forms.${raw.pattern}.form} such as ${forms.${raw.pattern}.example}: ${forms.${raw.pattern}.of}${
        if raw ? maxLength then ", at most ${toString raw.maxLength} characters" else ""
      }"
    else if raw ? pattern then
      "text of the form ${raw.pattern}"
    else if raw ? x-singleLine && raw ? x-maxBytes then
      "a line of at most ${toString raw.x-maxBytes} bytes"
    else if raw ? x-maxBytes then
      "text of at most ${toString raw.x-maxBytes} bytes"
    else if node.accepts ? null && node.accepts ? int then
      "an integer${bounds}, or null for no limit"
    else
      noun + bounds;
in
{
  # What a value is: "a list".
  is = value: nouns.${typeOf value} or "something else";

  inherit wants;

  # The types that a node accepts, in the words of the manifest's schema where it can be.
  accepted = node: if node.secret || node.branches != [ ] then wants node else ofTypes node.raw;

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
    else if node.branches == [ ] && node.accepts ? null && node.accepts ? int then
      "an integer or null"
    else
      wants node;
}
