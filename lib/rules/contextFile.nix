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
      refuse "`..` leads out of the workspace" byValue
    else if part == "." && length parts > 1 then
      refuse "`.` is no file and needs no mention" "write the path without it"
    else if part == "" then
      refuse "has a part without a name" "write one slash between directories, and none at the end"
    else if part == "**" && n == length parts - 1 then
      refuse "`**` stands for directories" "write the name of a file after it, such as **/AGENTS.md"
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
      refuse "is not below the workspace, and a manifest is for any machine" byValue
    else if glob == "~" || begins "~/" glob then
      refuse "is of the home directory, and a manifest is for any machine" byValue
    else if !(all (sign: !(contains sign glob)) signs) then
      refuse "has brackets, braces or a backslash, which have no meaning here"
        "write an entry for each name, or * for a part of it"
    else if unseen != [ ] then
      refuse "has a character that cannot be seen, ${characters.named (head unseen)}" "remove the character"
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
