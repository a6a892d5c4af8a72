# Why a pattern for the commands of `bash` is refused, or null.
pattern:
let
  inherit (builtins)
    concatStringsSep
    elemAt
    filter
    head
    isString
    length
    match
    replaceStrings
    split
    ;
  contains = import ../text/contains.nix;
  ends = import ../text/ends.nix;
  quote = import ./quote.nix;
  # A shell's own characters need a backslash: a command is matched after the shell has
  # taken them away.
  glob = import ./glob.nix { special = "*?[]{}\\'\"`;&<>:|"; };

  bad = message: hint: {
    message = "pattern ${quote pattern}: ${message}";
    inherit hint;
  };

  # Whether an operator is in the pattern, and no backslash before the first.
  holds =
    expression:
    let
      parts = split expression pattern;
    in
    length parts > 1 && !(ends "\\" (head parts));

  each = "write a rule for each command: each is decided by itself";
  operators = filter (operator: holds (elemAt operator 1)) [
    [
      "&&"
      "&&"
      each
    ]
    [
      "||"
      "[|][|]"
      each
    ]
    [
      ";"
      ";"
      each
    ]
    [
      "&"
      "&"
      each
    ]
    [
      "<"
      "<"
      "write a rule about the tool `read` for the file"
    ]
    [
      ">"
      ">"
      "write a rule about the tool `write` for the file"
    ]
  ];

  refused = glob pattern pattern;
  # Those of a pipeline; without escapes, a bar is between them.
  stages = filter isString (
    split "[|]" (replaceStrings [ "\\\\" "\\|" ] [ "x" "x" ] pattern)
  );
in
if contains "  " pattern then
  bad "words are separated by one space" "write ${
    quote (concatStringsSep " " (filter (word: isString word && word != "") (split " +" pattern)))
  }"
else if operators != [ ] then
  bad "`${elemAt (head operators) 0}` is not part of a command" (elemAt (head operators) 2)
else if holds "['\"`]" then
  bad "quotation marks are not part of a command"
    "remove them: a command is matched after the shell has taken them away; a backslash keeps the character itself"
else if refused != null then
  refused
else if filter (stage: match " *" stage != null) stages != [ ] then
  bad "a command is missing next to `|`"
    "write a command on both sides, such as `curl * | bash*`; the character itself is `\\|`"
else
  null
