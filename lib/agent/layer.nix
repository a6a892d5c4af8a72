# A Markdown file as a layer: fields between two lines ---, and the prompt below them, as
# Claude Code, opencode and others have it. Gives the body that a layer in Nix would have,
# where each part of it stands, and what is wrong:
#
#     { body :: AttrSet; spots :: Spot; faults :: [ Problem ]; }
#
# A spot is { line; column; fields; items?; }: the place of a value, with those of the fields
# and the elements in it.
{ file, text }:
let
  inherit (builtins)
    all
    any
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isString
    length
    listToAttrs
    mapAttrs
    match
    replaceStrings
    split
    stringLength
    substring
    tail
    ;
  begins = import ../text/begins.nix;
  ends = import ../text/ends.nix;
  escape = import ../text/escape.nix;
  quote = import ../text/quote.nix;
  shown = import ../text/shown.nix;
  suggest = import ../text/suggest.nix;
  fields = import ./fields.nix;
  models = import ./models.nix;
  rules = import ./rules.nix;
  toolOf = import ./toolOf.nix;
  yaml = import ./yaml.nix;

  mostBytes = 16384;
  mostLines = 256;

  mark = builtins.fromJSON ''"\ufeff"'';
  plainText = builtins.unsafeDiscardStringContext text;
  whole = replaceStrings [ "\r\n" ] [ "\n" ] (
    if begins mark plainText then substring 3 (-1) plainText else plainText
  );

  # The file in front, in lines, as far as a frontmatter may reach.
  lines = filter isString (split "\n" (substring 0 mostBytes whole));
  delimits = line: match "---[ \t]*" line != null;
  ending = foldl' (
    found: n: if found == null && delimits (elemAt lines n) then n else found
  ) null (genList (n: n + 1) (length lines - 1));
  opened = delimits (head lines);
  own = genList (n: elemAt lines (n + 1)) (ending - 1);
  odd = line: replaceStrings hidden (map (_: "") hidden) line != line;
  hidden = filter (char: char != "\t") (import ../text/controls.nix).all;
  # The prompt: what is below, without the empty lines in front.
  size = foldl' (sum: n: sum + stringLength (elemAt lines n) + 1) 0 (genList (n: n) (ending + 1));
  unled = text: if begins "\n" text then unled (substring 1 (-1) text) else text;
  prompt = unled (substring size (-1) whole);

  problem = at: name: message: hint: {
    code = "agent-file";
    at = if name == null then [ ] else [ name ];
    inherit message hint;
    positions = [
      {
        inherit file;
        inherit (at) line column;
      }
    ];
  };
  stop = line: message: hint: {
    body = bodyOf ofFile;
    spots = spotOf ofFile;
    faults = [
      (problem {
        inherit line;
        column = 1;
      } null message hint // { expected = "fields between two lines ---, and the prompt below"; })
    ];
  };

  tree = yaml.read 2 own;
  # What is wrong in a tree, wherever it is.
  wrong =
    name: node:
    if node.kind == "fault" then
      [ (problem node name node.value.message node.value.hint // { code = "syntax"; expected = "YAML that all programs read alike"; }) ]
    else if node.kind == "list" then
      concatMap (wrong name) node.value
    else if node.kind == "map" then
      concatMap (wrong name) node.faults
      ++ concatMap (key: wrong (if name == null then key else name) node.value.${key}) node.keys
    else
      [ ];
  broken = wrong null tree;
  known = if tree.kind == "map" then tree else { keys = [ ]; };

  said =
    if tree.kind == "map" then
      filter (key: node key != null && (node key).kind != "null" && wrong key (node key) == [ ]) tree.keys
    else
      [ ];
  node = key: tree.value.${key} or null;

  # What a field means: { parts; faults; }, with parts { path; value; at; items?; }.
  meaning =
    key:
    let
      meant = fields.meant.${key} or null;
      near = suggest key (attrNames fields.meant);
      found = node key;
      refuse = message: hint: {
        parts = [ ];
        faults = [ (problem found key message hint) ];
      };
    in
    if meant == null then
      refuse "`${escape (shown key)}` is not a field of an agent file" (
        if fields.elsewhere ? ${key} then
          fields.elsewhere.${key}
        else if near != null then
          "did you mean `${near}`?"
        else
          "remove it, or write what it means in a layer in Nix that imports this file"
      )
    else
      let
        answer = meant {
          inherit key;
          node = found;
        };
      in
      {
        parts = map (part: { at = { inherit (found) line column; }; } // part) (answer.parts or [ ]);
        faults = map (wrong: problem (wrong.at or found) key wrong.message wrong.hint) (
          answer.faults or [ ]
        );
      };
  meanings = map meaning said;
  ofBody =
    if match "[ \t\n]*" prompt == null then
      [
        {
          path = [
            "prompts"
            "system"
          ];
          value = prompt;
          at = {
            line = ending + 2 + blanks;
            column = 1;
          };
        }
      ]
    else
      [ ];
  blanks = stringLength whole - size - stringLength prompt;
  ofFile =
    let
      base = baseNameOf file;
      name = substring 0 (stringLength base - 3) base;
    in
    if opened && ending != null && elem "name" known.keys then
      [ ]
    else
      [
        {
          path = [ "name" ];
          value = name;
          at = {
            line = 1;
            column = 1;
          };
        }
      ];
  written = concatMap (meaning: meaning.parts) meanings ++ ofBody;
  # Two fields for one thing: effort and reasoningEffort.
  twice = concatMap (
    parts:
    if length parts < 2 || all (part: part ? gathers) parts then
      [ ]
    else
      [
        (problem (elemAt parts 1).at null
          "`${concatStringsSep "." (head parts).path}` is set by two fields of the file"
          "keep one of the two"
        )
      ]
  ) (builtins.attrValues (groupBy (part: concatStringsSep "." part.path) written));
  # Lists of one path are one list.
  parts = ofFile ++ map (
    parts:
    if length parts == 1 || !((head parts) ? gathers) then
      head parts
    else
      head parts
      // {
        value = concatLists (map (part: part.value) parts);
        items = concatLists (map (part: part.items or [ ]) parts);
      }
  ) (builtins.attrValues (groupBy (part: concatStringsSep "." part.path) written));

  below = parts: mapAttrs (_: map (part: part // { path = tail part.path; })) (groupBy (part: head part.path) parts);
  bodyOf = parts: if (head parts).path == [ ] then (head parts).value else mapAttrs (_: bodyOf) (below parts);
  earliest = parts: foldl' (found: part: if part.at.line < found.line then part.at else found) (head parts).at parts;
  spotOf =
    parts:
    earliest parts
    // (
      if (head parts).path == [ ] then
        { fields = { }; } // (if (head parts) ? items then { inherit (head parts) items; } else { })
      else
        { fields = mapAttrs (_: spotOf) (below parts); }
    );
  spots = spotOf parts;
in
if !opened then
  stop 1 "the file has no frontmatter" "begin it with a line ---, fields such as name: NAME, and a line --- again; a prompt alone is prompts.system = builtins.readFile ./FILE.md"
else if ending == null then
  stop 1 "the frontmatter does not end within ${toString mostBytes} bytes" "write --- below its fields"
else if ending > mostLines then
  stop 1 "the frontmatter has more than ${toString mostLines} lines" "write the prompt below the frontmatter"
else if any odd own then
  stop (2 + head (filter (n: odd (elemAt own n)) (genList (n: n) (length own)))) "the frontmatter has a control character" "remove it"
else
  {
    body = bodyOf parts;
    spots = spots // (spots.fields.name or spots) // { inherit (spots) fields; };
    faults = broken ++ concatMap (meaning: meaning.faults) meanings ++ twice;
  }
