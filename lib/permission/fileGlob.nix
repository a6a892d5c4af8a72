/**
  Reads a glob of `sandbox.denyRead`: the globs without braces that it stands for, or why
  it is refused. The Go package permission/grammar decides the same, and a test holds both
  to the same verdict.

  # Type

  ```
  fileGlob :: String -> { globs :: [ String ]; problem :: { message; hint; } | null; }
  ```

  # Examples

  ```nix
  (fileGlob "keys/*.{pem,key}").globs
  => [ "keys/*.pem" "keys/*.key" ]
  ```
*/
text:
let
  inherit (builtins)
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    length
    match
    split
    stringLength
    substring
    tail
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  characters = import ./characters.nix;
  foreign = import ./foreign.nix;
  ofPath = import ./path.nix;
  quote = import ./quote.nix;

  concatStrings = concatStringsSep "";
  unwritable = import ./place.nix "glob" text;
  refuse = message: hint: {
    message = "glob ${quote text}: ${message}";
    inherit hint;
  };

  pair = foreign.withPattern text;
  meant = if pair == null then null else foreign.toolOf (head pair);

  bytes = text: genList (n: substring n 1 text) (stringLength text);
  escapes =
    state: c:
    state
    // {
      current = state.current + c;
      escaped = !state.escaped && c == "\\";
    };
  wrong = state: message: hint: state // { problem = refuse message hint; };

  # Each text followed by each of some others.
  joined = starts: ends: concatMap (start: map (end: start + end) ends) starts;

  # The texts that a text with braces expands to; choices is null outside of them.
  braces =
    state: c:
    let
      all = state.choices ++ [ state.current ];
    in
    if state.problem != null then
      state
    else if state.escaped || c == "\\" then
      escapes state c
    else if c == "{" && state.choices != null then
      wrong state "braces within braces have no meaning" "write one glob for each"
    else if c == "{" then
      state
      // {
        texts = joined state.texts [ state.current ];
        choices = [ ];
        current = "";
      }
    else if c == "," && state.choices != null then
      state
      // {
        choices = all;
        current = "";
      }
    else if c == "}" && state.choices == null then
      wrong state "a brace is not opened" "write `\\}` for the character itself"
    else if c == "}" && length all < 2 then
      wrong state "braces without a comma choose nothing"
        "write the choices, such as `{pem,key}`; a brace itself is `\\{`"
    else if c == "}" && length state.texts * length all > 32 then
      wrong state "the braces expand to too many globs" "write several globs, each for 32 at most"
    else if c == "}" then
      state
      // {
        texts = joined state.texts all;
        choices = null;
        current = "";
      }
    else
      state // { current = state.current + c; };
  chosen = foldl' braces {
    texts = [ "" ];
    choices = null;
    current = "";
    escaped = false;
    problem = null;
  } (bytes text);
  globs = if chosen.choices == null then joined chosen.texts [ chosen.current ] else [ ];

  # Why brackets are refused, or null; the text is what is between them.
  classFault =
    inner:
    let
      named = if match "[!^].*" inner != null then substring 1 (-1) inner else inner;
      strange = filter (c: match "[ -.0-Z^-~]" c == null) (characters.of named);
      ranges =
        list:
        if list == [ ] then
          null
        else if length list > 2 && elemAt list 1 == "-" then
          if head list > elemAt list 2 then
            refuse "the range from ${quote (head list)} to ${quote (elemAt list 2)} is empty"
              "write the lower end first, such as `[a-z]`"
          else
            ranges (tail (tail (tail list)))
        else
          ranges (tail list);
    in
    if named == "" then
      refuse "nothing is between the brackets"
        "write the characters, such as `[a-z]`; a bracket itself is `\\[`"
    else if contains "**" named then
      refuse "two stars within brackets" "write one"
    else if strange != [ ] then
      refuse "brackets cannot hold ${quote (head strange)}"
        "write ASCII letters, digits and signs, such as `[a-z0-9_]`, or one glob for each name"
    else
      ranges (bytes named);

  # Parts of a glob: text, escaped characters, classes, brackets that are not closed.
  partsOf = split "(\\\\.|[[][^]]*[]]|[[])";
  part =
    found:
    let
      text = if isList found then head found else found;
    in
    if !(isList found) || begins "\\" text then
      {
        inherit text;
        problem = null;
      }
    else if text == "[" then
      {
        text = "";
        problem = refuse "a bracket is not closed" "write `\\[` for the character itself";
      }
    else
      {
        text = "?";
        problem = classFault (substring 1 (stringLength text - 2) text);
      };
  ofGlob =
    glob:
    let
      parts = map part (partsOf glob);
      wrong = filter (one: one.problem != null) parts;
    in
    # A question mark replaces a class.
    if wrong == [ ] then ofPath (concatStrings (map (one: one.text) parts)) else (head wrong).problem;

  # A name alone is in the workspace.
  placed =
    glob:
    if
      contains "/" glob
      || begins "~" glob
      || begins "$" glob
      || elem glob [
        "**"
        "."
        ".."
        ""
      ]
    then
      glob
    else
      "./${glob}";
  faults = filter (problem: problem != null) (map (glob: ofGlob (placed glob)) globs);

  problem =
    if unwritable != null then
      unwritable
    else if begins "!" text then
      refuse "a glob cannot be negated" "remove it, and write globs that do not match ${quote (substring 1 (-1) text)}"
    else if meant != null && meant != "" then
      refuse "this is the form of another program" "write ${quote (elemAt pair 1)}"
    else if chosen.problem != null then
      chosen.problem
    else if chosen.choices != null then
      refuse "a brace is not closed" "write `\\{` for the character itself"
    else if faults != [ ] then
      head faults
    else
      null;
in
{
  inherit problem;
  globs = if problem == null then map placed globs else [ ];
}
