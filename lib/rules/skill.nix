# rule-skill-file and rule-skill-names: a skill is entered through SKILL.md, and its files
# have paths that every system can have.
let
  inherit (builtins)
    attrNames
    attrValues
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
    isString
    length
    map
    match
    replaceStrings
    split
    stringLength
    substring
    ;
  begins = import ../text/begins.nix;
  characters = import ../permission/characters.nix;
  contains = import ../text/contains.nix;
  ends = import ../text/ends.nix;
  controls = import ../text/controls.nix;
  fold = import ../text/fold.nix;
  quote = import ../text/quote.nix;
  storePath = import ../text/storePath.nix;

  # What the schema accepts as a path.
  isPath =
    name:
    stringLength name <= 512
    && replaceStrings controls.all controls.nothing name == name
    && !(storePath name);

  # What is usual and right, by one match.
  quick = "[A-Za-z0-9_][A-Za-z0-9._ -]*(/[A-Za-z0-9_][A-Za-z0-9._ -]*)*";
  isUsual = name: match quick name != null && stringLength name <= 255;

  configurations = [
    ".git"
    ".claude"
    ".claude-plugin"
    ".codex"
    ".opencode"
    ".mcp.json"
  ];

  refuse = message: hint: { inherit message hint; };
  partFault =
    parts: n:
    let
      part = elemAt parts n;
    in
    if part == "" then
      [
        (refuse "has an empty part" "write one slash between directories, and none at the end")
      ]
    else if part == "." || part == ".." then
      [ (refuse "`${part}` is not resolved" "write the path from the directory of the skill") ]
    else if part == "~" && n == 0 then
      [ (refuse "is not expanded to the home directory" "write the content: builtins.readFile ./FILE") ]
    else if stringLength part > 255 then
      [
        (refuse "a part must have at most 255 bytes, got ${toString (stringLength part)}" "shorten it")
      ]
    else if elem (fold part) configurations then
      [
        (refuse "${quote part} is reserved for the configuration of programs"
          "give the file another name"
        )
      ]
    else
      [ ];

  # Why a file cannot have this path: at most one reason.
  fault =
    name:
    let
      parts = filter isString (split "/" name);
      unseen = filter characters.hidden (characters.unusual name);
      faults = concatLists (genList (partFault parts) (length parts));
    in
    if isUsual name then
      [ ]
    else if name == "" then
      [ (refuse "the name is empty" "write the name of a file") ]
    else if begins "/" name then
      [ (refuse "begins with a slash" "write ${quote (head (match "/*(.*)" name))}") ]
    else if contains "\\" name then
      [ (refuse "has a backslash" "write / between directories") ]
    else if unseen != [ ] then
      [
        (refuse "contains an invisible character, ${characters.named (head unseen)}" "remove the character")
      ]
    else if faults != [ ] then
      [ (head faults) ]
    else
      [ ];

  # Strict base64, without a match: a text may be longer than one can be.
  digits = genList (n: substring n 1 alphabet) 64;
  alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  isBase64 =
    text:
    let
      size = stringLength text;
      padding = replaceStrings digits (map (_: "") digits) text;
      last = substring (size - 1 - stringLength padding) 1 text;
    in
    size / 4 * 4 == size
    && (
      padding == ""
      || padding == "=" && ends "=" text && contains last "AEIMQUYcgkosw048"
      || padding == "==" && ends "==" text && contains last "AQgw"
    );

  # What is more than text has one content that can be read.
  contentFault =
    at: files: name:
    let
      file = files.${name};
      here = at ++ [ name ];
      refuse = at: message: expected: hint: [
        {
          code = "rule-skill-content";
          inherit
            at
            message
            expected
            hint
            ;
        }
      ];
      bytes = file.base64 or null;
    in
    if (file ? text) == (file ? base64) then
      refuse here "must have either text or base64" "{ text = \"…\"; } or { base64 = \"…\"; }"
        "set one of the two"
    else if name == "SKILL.md" && file ? base64 then
      refuse here "SKILL.md must be text, not base64" "{ text = \"…\"; }"
        "write it as text: builtins.readFile ./SKILL.md"
    else if isString bytes && stringLength bytes <= 1398104 && !(isBase64 bytes) then
      refuse (here ++ [ "base64" ]) "is not valid base64" "padded RFC 4648 base64 on one line"
        "write what `base64 -w0 FILE` prints, without a line break at the end"
    else
      [ ];

  # The path and those of the directories above it, from the top.
  pathsOf =
    name:
    let
      parts = filter isString (split "/" name);
      count = length parts;
    in
    genList (
      n:
      let
        spelled = concatStringsSep "/" (genList (elemAt parts) (n + 1));
      in
      {
        inherit name spelled;
        directory = n + 1 < count;
      }
    ) count;

  # Those that are not the first of what, case folded, is one path: [ { name; other; } ].
  clashes =
    names:
    let
      groups = attrValues (groupBy (path: fold path.spelled) (concatMap pathsOf names));
      later =
        group:
        let
          first = head group;
          isOther = path: path.spelled != first.spelled || path.directory != first.directory;
        in
        map (path: {
          inherit (path) name;
          other = first.spelled + (if first.directory then "/" else "");
        }) (filter isOther group);
    in
    map head (attrValues (groupBy (clash: clash.name) (concatMap later groups)));
in
at: name: skill:
let
  written = files."SKILL.md" or null;
  entry = if isAttrs written then written.text or null else written;
  files = skill.files or null;
  here = at ++ [ "files" ];
  problem = name: expected: reason: {
    code = "rule-skill-names";
    at = here ++ [ name ];
    inherit expected;
    inherit (reason) message hint;
  };
  names = filter isPath (attrNames files);
  faulty = filter (name: fault name != [ ]) names;
  sound = if faulty == [ ] then names else filter (name: !(elem name faulty)) names;
in
if !(isAttrs files) then
  [ ]
else
  (
    if files ? "SKILL.md" then
      [ ]
    else
      [
        {
          code = "rule-skill-file";
          at = here;
          message = "has no SKILL.md";
          expected = "a file SKILL.md";
          hint = "set files.\"SKILL.md\" to the instructions of the skill";
        }
      ]
  )
  ++ (
    if length names < 2 && faulty == [ ] then
      [ ]
    else
      map (
        name: problem name "a path below the directory of the skill" (head (fault name))
      ) faulty
      ++ map (
        clash:
        problem clash.name "paths that differ in more than case, none of them below a file" (
          refuse "cannot exist together with ${quote clash.other}" "rename one of the two"
        )
      ) (clashes sound)
  )
  ++ concatMap (contentFault here files) (filter (name: isAttrs files.${name}) (attrNames files))
  ++ (if isString entry then import ./frontmatter.nix at name skill entry else [ ])
