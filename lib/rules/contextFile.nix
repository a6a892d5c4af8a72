# What is wrong with context files, of which some are not usual.
let
  inherit (builtins)
    all
    concatLists
    elem
    elemAt
    filter
    genList
    hasContext
    head
    isString
    length
    replaceStrings
    split
    stringLength
    ;
  begins = import ../text/begins.nix;
  characters = import ../permission/characters.nix;
  contains = import ../text/contains.nix;
  controls = import ../text/controls.nix;
  quote = import ../text/quote.nix;
  storePath = import ../text/storePath.nix;

  # What the schema accepts.
  isPath =
    file:
    isString file
    && stringLength file <= 512
    && !(hasContext file)
    && replaceStrings controls.all controls.nothing file == file
    && !(storePath file);

  byValue = "copy the file next to the profile, and add its text to prompts.append: builtins.readFile ./FILE";
  refuse = message: hint: [ { inherit message hint; } ];

  partFault =
    parts: n:
    let
      part = elemAt parts n;
    in
    if part == ".." then
      refuse "must not contain `..`" byValue
    else if part == "." && length parts > 1 then
      refuse "must not contain `.`" "write the path without it"
    else if part == "" then
      refuse "has an empty part" "write one slash between directories, and none at the end"
    else if part == "**" && n == length parts - 1 then
      refuse "`**` matches only directories" "write the name of a file after it, such as **/AGENTS.md"
    else if part != "**" && contains "**" part then
      refuse "two stars must be alone between slashes" "write * for a part of a name, ** for any directories"
    else
      [ ];

  fault =
    glob:
    let
      parts = filter isString (split "/" glob);
      unseen = filter characters.hidden (characters.unusual glob);
      signs = [ "[" "]" "{" "}" "\\" ];
    in
    if glob == "" then
      refuse "the path is empty" "write AGENTS.md"
    else if begins "/" glob then
      refuse "must be below the workspace: a manifest must work on any machine" byValue
    else if glob == "~" || begins "~/" glob then
      refuse "must not be in the home directory: a manifest must work on any machine" byValue
    else if !(all (sign: !(contains sign glob)) signs) then
      refuse "must not contain brackets, braces or a backslash"
        "write an entry for each name, or * for a part of it"
    else if unseen != [ ] then
      refuse "contains an invisible character, ${characters.named (head unseen)}" "remove the character"
    else
      concatLists (genList (partFault parts) (length parts));

  at = [
    "prompts"
    "contextFiles"
  ];
  judge =
    files: n:
    let
      file = elemAt files n;
      found = if isPath file then fault file else [ ];
    in
    if found == [ ] then
      [ ]
    else
      [
        {
          code = "rule-context-file";
          at = at ++ [ n ];
          message = "${quote file}: ${(head found).message}";
          inherit (head found) hint;
          expected = "a path or glob below the workspace, such as AGENTS.md or **/AGENTS.md";
        }
      ];
in
files: concatLists (genList (judge files) (length files))
