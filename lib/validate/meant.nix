# Hints for what beginners write: a value in the place of a section, a text of the wrong
# form. go/manifest/hints.go gives the same ones; each is a line to write, or null.
let
  inherit (builtins)
    concatStringsSep
    elem
    elemAt
    filter
    fromJSON
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isString
    length
    match
    readFile
    replaceStrings
    split
    stringLength
    substring
    toJSON
    ;
  begins = import ../text/begins.nix;
  controls = import ../text/controls.nix;
  dotted = (import ../problem/path.nix).dotted;
  ends = import ../text/ends.nix;
  foreign = import ../permission/foreign.nix;
  forms = import ./forms.nix;
  keyForm = import ../text/keyForm.nix;
  lower = import ../text/lower.nix;
  quote = import ../text/quote.nix;
  tables = fromJSON (readFile ../schema/meant.json);
  providers = fromJSON (readFile ../schema/providers.json);

  ticked = text: "`${import ../text/shown.nix text}`";
  first = list: if list == [ ] then null else head list;
  last = list: elemAt list (length list - 1);
  oneLine = text: replaceStrings controls.all controls.nothing text == text;

  # A value as a line to write has it.
  text =
    value:
    if stringLength value > 40 || !(oneLine value) || keyForm.of value != null then
      "\"…\""
    else
      quote value;
  texts =
    list:
    if length list > 4 || list == [ ] then "[ … ]" else "[ ${concatStringsSep " " (map text list)} ]";
  written =
    value:
    if isString value then
      text value
    else if isList value then
      if filter (item: !isString item) value == [ ] then texts value else "[ … ]"
    else
      toJSON value;

  kindOf =
    value:
    if isString value then
      "string"
    else if isList value then
      "list"
    else if isBool value then
      "boolean"
    else if isInt value || isFloat value then
      "number"
    else
      "";

  # A command that is nothing but words, and no shell would read.
  isPlainCommand =
    value: match "[A-Za-z0-9._/@= -]*[A-Za-z0-9._/@=-][A-Za-z0-9._/@= -]*" value != null;
  words =
    value:
    if isPlainCommand value then
      filter (word: isString word && word != "") (split " +" value)
    else
      [ value ];

  # The reference that a model without its provider was meant to be, or null.
  modelOf =
    id:
    let
      family = first (filter (row: begins row.prefix (lower id)) tables.families);
    in
    if family == null then null else "${family.provider}/${id}";

  typeNames = {
    string = "string";
    list = "list";
    boolean = "bool";
    number = "int";
  };
  writeNull = "write null for no limit";
in
{
  # For a number outside of its bounds.
  inherit writeNull;

  # The line for a value of the wrong type.
  value =
    node: at: value:
    let
      kind = kindOf value;
      path = dotted at;
      line = field: content: "write ${path}${field} = ${content}";
      field = first (
        filter (
          row:
          row.section == last at
          && row.kind == kind
          && node.props ? ${row.field}
          && (row ? yes || node.props.${row.field}.accepts ? ${typeNames.${kind}})
        ) tables.fields
      );
      pattern = node.raw.pattern or "";
    in
    if at == [ ] || node.secret || node.branches != [ ] then
      null
    else if node.closed && field != null then
      line ".${field.field}" (
        if isBool value && field ? yes then
          text (if value then field.yes else field.no)
        else if field.field == "ref" && match ".*/.*" value == null && modelOf value != null then
          text (modelOf value)
        else
          written value
      )
    else if
      node.accepts ? null
      && node.accepts ? int
      && isString value
      && elem (lower value) tables.unlimited
    then
      writeNull
    else if node.items != null && isString value then
      # In a hook, a shell is given what it would read.
      line "" (
        texts (
          if node.raw.x-merge or "" != "replace" then
            [ value ]
          else if
            isPlainCommand value
            || value == ""
            || last at != "command"
            || length at < 2
            || !(isInt (elemAt at (length at - 2)))
          then
            words value
          else
            [
              "bash"
              "-c"
              value
            ]
        )
      )
    else if node.items != null && isAttrs value then
      line "" "[ { … } ]"
    else if node.kind == "map" && (isList value || isString value) then
      line ".NAME" "…"
    else if
      node.accepts ? int && isString value && match "-?(0|[1-9][0-9]{0,18})" value != null
      || node.accepts ? bool && (value == "true" || value == "false")
    then
      line "" value
    else if
      (forms.${pattern} or { form = ""; }).form == "a retention"
      && isInt value
      && match pattern "${toString value}d" != null
    then
      line "" (quote "${toString value}d")
    else
      null;

  # The line for a list of rules as other programs have them.
  rules =
    at: name: value:
    let
      one = if isList value && value != [ ] && isString (head value) then head value else null;
      pair = if one == null then null else foreign.withPattern one;
      named = if pair == null then one else head pair;
      tool =
        if one == null then
          null
        else if begins "mcp__" named then
          named
        else
          foreign.toolOf named;
      known = tool != null && tool != "";
    in
    if
      at == [ ]
      || last at != "permissions"
      || !(elem name [
        "allow"
        "ask"
        "deny"
      ])
      || !isList value
    then
      null
    else
      "write ${dotted at}.rules = [ { tool = \"${if known then tool else "TOOL"}\"; pattern = ${
        text (
          if !known then
            "…"
          else if pair == null then
            "*"
          else
            elemAt pair 1
        )
      }; action = \"${name}\"; }${if length value > 1 then " …" else ""} ]";

  # Where a setting of a runtime belongs that its fragment does not have.
  setting =
    at: name:
    let
      plain = replaceStrings [ "-" "_" "." " " ] [ "" "" "" "" ] (lower name);
      found = first (filter (row: elem plain (filter isString (split " " row.names))) tables.settings);
    in
    if length at < 2 || elemAt at (length at - 2) != "runtimes" || found == null then
      null
    else if found.looks or false then
      "the appearance of a program is a user setting: set it in [runtimes.${last at}.ui] of config.toml"
    else
      "this applies to every runtime: write it in ${found.field} of the profile";

  # The text that one that does not match the pattern was meant to be.
  form =
    pattern: secret: value:
    let
      form = forms.${pattern} or { form = ""; };
      fits = candidate: candidate != value && match pattern candidate != null;
      hyphens = replaceStrings [ " " "/" "@" ":" "+" ] [ "-" "-" "-" "-" "-" ] value;
      candidate = first (
        filter fits [
          hyphens
          (lower hyphens)
          (replaceStrings [ "__" ] [ "_" ] hyphens)
          (replaceStrings [ "-" ] [ "_" ] hyphens)
          (concatStringsSep "-" (
            filter (part: isString part && part != "") (split "[^a-z0-9]+" (lower value))
          ))
        ]
      );
      parts = match "([A-Z][A-Z0-9]*)(_[A-Z0-9]+)*_(${concatStringsSep "|" tables.variableEnds})" value;
      start = lower (elemAt parts 0);
      isApiKey = match "[A-Z0-9]+_API_KEY" value != null;
      secretName =
        if stringLength value > 63 || parts == null || keyForm.of value != null then
          null
        else if isApiKey && elem start providers.models then
          "${start}.api.default"
        else if isApiKey && elem start providers.searches then
          "${start}.search.default"
        else
          replaceStrings [ "_" ] [ "-" ] (lower value);
    in
    if form.form == "a secret name" then
      if secretName != null then
        "write secrets.ref \"${secretName}\", and bind it: insomnia secret bind ${secretName} env:${value}"
      else
        "write lowercase parts with dots between them, such as secrets.ref \"github.token\""
    else if secret then
      null
    else if form.form == "a model reference" && value == "inherit" then
      "remove it: a subagent without a model uses that of the Pod"
    else if
      form.form == "a model reference"
      && match ".*/.*" value == null
      && match pattern "provider/${value}" != null
    then
      if modelOf value != null then
        "write ${ticked (modelOf value)}"
      else
        "write ${ticked "PROVIDER/${value}"}, such as ${ticked form.example}"
    else if !(ends "name" form.form) || form.form == "a tool name" || stringLength value > 40 then
      null
    else if candidate == null then
      null
    else
      "write ${ticked candidate}";
}
