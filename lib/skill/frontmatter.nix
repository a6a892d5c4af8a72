# Reads the text between the lines --- at the beginning of a SKILL.md, or null if
# there is none: { name; description; tools; faults; }, with null for an absent
# field. Package frontmatter of the program reads the same, and explains what it
# refuses.
let
  inherit (builtins)
    any
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    fromJSON
    genList
    groupBy
    head
    isString
    length
    listToAttrs
    map
    match
    replaceStrings
    split
    stringLength
    substring
    tail
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  ends = import ../text/ends.nix;
  lower = import ../text/lower.nix;

  most = 16384;
  mostLines = 256;
  blank = "[ \t\r]*";
  mark = fromJSON ''"\ufeff"'';
  # Stands for what a quoted text must not hold.
  wrong = fromJSON ''"\u0001"'';

  pieces = separator: text: filter isString (split separator text);
  words = separators: text: filter (word: word != "") (pieces "[${separators}]+" text);
  folded = text: concatStringsSep " " (words " \t\r\n" text);
  cut = n: text: substring n (-1) text;
  without = suffix: text: if ends suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  isBlank = line: match blank line != null;
  remove = parts: replaceStrings parts (map (_: "") parts);

  fault = message: hint: { inherit message hint; };
  stop = fault': {
    name = null;
    description = null;
    tools = null;
    faults = [ fault' ];
  };

  # The first place of a list where a test holds, or its length.
  placeOf =
    test: list:
    let
      count = length list;
      next = n: if n == count || test (elemAt list n) then n else next (n + 1);
    in
    next 0;
  from = n: list: genList (m: elemAt list (n + m)) (length list - n);

  delimits = line: begins "---" line && isBlank (cut 3 line);

  normal = key: remove [ "-" "_" ] (lower key);
  unmarked = line: remove [ " " "\t" "\"" "'" "-" "_" "?" ] (lower line);

  # A line KEY: VALUE, taken apart, or null.
  keyed =
    line:
    let
      before = head (split ":" line);
      key = if stringLength before <= 128 then match "([A-Za-z][A-Za-z0-9_-]{0,63})[ \t]*" before else null;
      value = cut (stringLength before + 1) line;
    in
    if
      key == null
      || stringLength before == stringLength line
      || !(value == "" || begins " " value || begins "\t" value)
    then
      null
    else
      {
        key = head key;
        lines = [ value ];
      };

  isBelow = line: begins " " line || begins "\t" line || line == "-" || begins "- " line;

  # The fields with their lines: { entries; fault; }.
  split' =
    lines:
    foldl'
      (
        state: line:
        let
          found = keyed line;
          count = length state.entries;
          last = elemAt state.entries (count - 1);
          refuse = message: hint: state // { fault = fault message hint; };
        in
        if state.fault != null || isBlank line || begins "#" line then
          state
        else if found != null then
          if any (entry: normal entry.key == normal found.key) state.entries then
            refuse "the frontmatter has the field `${found.key}` twice" "keep one of the two"
          else
            state // { entries = state.entries ++ [ found ]; }
        else if count > 0 && isBelow line then
          if begins "allowedtools:" (unmarked line) then
            refuse "the frontmatter has allowed-tools inside of `${last.key}`" "begin the line with it"
          else
            state
            // {
              entries = genList (elemAt state.entries) (count - 1) ++ [
                (last // { lines = last.lines ++ [ line ]; })
              ];
            }
        else
          refuse "the frontmatter has a line that is not a field" "write FIELD: VALUE in each line"
      )
      {
        entries = [ ];
        fault = null;
      }
      lines;

  # A value in the lines below its key: > or |, with indicators.
  isBlock = first: match "[|>][0-9+-]*([ \t]+#.*)?" first != null;
  trimmed =
    line:
    let
      parts = match "[ \t\r]*([^ \t\r](.*[^ \t\r])?)?[ \t\r]*" line;
    in
    if head parts == null then "" else head parts;

  # A line up to where a comment begins.
  uncommented =
    line: if begins "#" line then "" else head (split "[ \t]#" line);

  quoted =
    text: mark: from: to:
    let
      inner = replaceStrings from to (substring 1 (stringLength text - 2) text);
    in
    if
      stringLength text < 2 || !(ends mark text) || contains wrong text || contains wrong inner
    then
      null
    else
      folded inner;

  # A text of one or several lines, or null.
  scalar =
    lines:
    let
      first = trimmed (head lines);
      joined = folded (concatStringsSep " " lines);
      opens = substring 0 1 first;
    in
    if isBlock first then
      folded (concatStringsSep " " (tail lines))
    else if opens == "\"" then
      quoted joined "\"" [ "\\\\" "\\\"" "\\n" "\\t" "\\/" "\\" "\"" ] [ "\\" "\"" " " " " "/" wrong wrong ]
    else if opens == "'" then
      quoted joined "'" [ "''" "'" ] [ "'" wrong ]
    else if
      elem opens [ "[" "]" "{" "}" "," "&" "*" "!" "%" "@" "`" ]
      || elem first [ "-" "?" ]
      || begins "- " first
      || begins "? " first
      || first == "" && length lines > 1 && match "[ \t]*-.*" (elemAt lines 1) != null
    then
      null
    else
      folded (concatStringsSep " " (map uncommented lines));

  # The words of a list in any of its forms, without text in parentheses.
  tools =
    lines:
    let
      listed = if isBlock (trimmed (head lines)) then tail lines else lines;
      ofLine =
        line:
        words " \t\r,[\"'" (
          replaceStrings [ "]" ] [ " " ] (uncommented (concatStringsSep "" (pieces "[(][^)]*[)]" line)))
        );
    in
    attrNames (
      groupBy (name: name) (filter (name: name != "-") (concatMap ofLine listed))
    );

  # The fields by which a program would grant more, and what a profile has for each.
  elsewhere = {
    hooks = "hooks";
    tools = "allowedTools of the skill";
    mcpservers = "mcpServers";
    permissions = "permissions";
    permissionmode = "permissions.mode";
    sandbox = "sandbox";
    env = "sandbox";
    shell = "permissions";
  };

  take =
    entries:
    let
      named = listToAttrs (
        map (entry: {
          name = normal entry.key;
          value = entry;
        }) entries
      );
      text = key: if named ? ${key} then scalar named.${key}.lines else null;
      faultOf =
        entry:
        let
          key = normal entry.key;
        in
        if (key == "name" || key == "description") && scalar entry.lines == null then
          [
            (fault "the frontmatter has a `${entry.key}` that is not plain text"
              "write ${entry.key}: \"TEXT\" in one line"
            )
          ]
        else if elsewhere ? ${key} then
          [
            (fault "the frontmatter has `${entry.key}`, which belongs in the profile"
              "remove it, and write ${elsewhere.${key}} in the profile"
            )
          ]
        else
          [ ];
    in
    {
      name = text "name";
      description = text "description";
      tools = if named ? allowedtools then tools named.allowedtools.lines else null;
      faults = concatLists (map faultOf entries);
    };
in
{
  inherit folded;

  read =
    text:
    let
      whole = if begins mark text then cut (stringLength mark) text else text;
      lines = map (without "\r") (pieces "\n" (substring 0 most whole));
      begin = placeOf (line: !(isBlank line)) lines;
      first = elemAt lines begin;
      below = from (begin + 1) lines;
      end = placeOf delimits below;
      parsed = split' (genList (elemAt below) end);
    in
    if begin == length lines || !(begins "---" first) || begins "----" first then
      null
    else if !(isBlank (cut 3 first)) then
      stop (fault "unexpected text after --- in the first line of the frontmatter" "write --- alone")
    else if end == length below then
      stop (
        fault "the frontmatter does not end within ${toString most} bytes"
          "write --- below it, or remove the first line"
      )
    else if end > mostLines then
      stop (fault "the frontmatter has more than ${toString mostLines} lines" "keep name, description and allowed-tools")
    else if parsed.fault != null then
      stop parsed.fault
    else
      take parsed.entries;
}
