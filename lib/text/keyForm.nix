# What kind of key a text holds, by the table that go/internal/keyform writes: "a token of
# GitHub", or null. `of` is for one text, `none` says at once of many that they hold no key.
let
  inherit (builtins)
    concatStringsSep
    elemAt
    filter
    fromJSON
    genList
    isString
    length
    match
    readFile
    replaceStrings
    split
    stringLength
    substring
    ;
  forms = fromJSON (readFile ../schema/keyForms.json);
  prefixes = map (form: form.prefix) forms;
  nothing = map (_: "") forms;

  literal = replaceStrings [ "\\" "." ] [ "\\\\" "[.]" ];

  # Where the prefix of a form is in a text: offsets of what follows it.
  offsets =
    form: text:
    (builtins.foldl'
      (state: part: {
        at = state.at + stringLength part + stringLength form.prefix;
        found = state.found ++ [ (state.at + stringLength part + stringLength form.prefix) ];
      })
      {
        at = 0;
        found = [ ];
      }
      (
        let
          parts = filter isString (split (literal form.prefix) text);
        in
        genList (elemAt parts) (length parts - 1)
      )
    ).found;

  isKey =
    form: text: at:
    let
      start = at - stringLength form.prefix;
      before = substring (start - 1) 1 text;
      body = substring at form.length text;
    in
    (
      if form.before > 0 then
        start >= form.before
        && match "${form.class}{${toString form.before}}" (substring (start - form.before) form.before text)
        != null
      else
        start == 0 || match "[A-Za-z0-9]" before == null
    )
    && match "${form.class}{${toString form.length}}" body != null
    && (form.digits == 0 || match "([^0-9]*[0-9]){${toString form.digits}}.*" body != null);

  holds =
    text: form:
    replaceStrings [ form.prefix ] [ "" ] text != text
    && filter (isKey form text) (offsets form text) != [ ];
in
rec {
  none = texts: clean (concatStringsSep "\n" texts);
  clean = text: replaceStrings prefixes nothing text == text;
  of =
    text:
    let
      found = filter (holds text) forms;
    in
    if clean text || found == [ ] then null else (builtins.head found).name;
}
