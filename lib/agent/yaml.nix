# Reads YAML as people write it between the lines --- of an agent file: plain and quoted
# scalars, block and flow lists and maps, texts behind | and >, comments. Anchors, aliases,
# tags and all that programs read in different ways are faults with their place, and so no
# reader of the same file means something else.
#
#     read :: Int -> [ String ] -> Node
#
# takes the number of the first line, and the lines. A node is { kind; value; line; column; }:
# of a "map" the value is an attribute set of nodes, with `keys` in their order, of a "list" a
# list, and of a "fault" { message; hint; }. A value in a map is placed where its key is.
let
  inherit (builtins)
    any
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    fromJSON
    genList
    head
    isString
    length
    listToAttrs
    match
    replaceStrings
    split
    stringLength
    substring
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  ends = import ../text/ends.nix;

  mostDeep = 16;
  mostTokens = 600;

  cut = n: text: substring n (-1) text;
  first = text: substring 0 1 text;
  take = n: list: genList (elemAt list) n;
  pieces = separator: text: filter isString (split separator text);
  leading = text: stringLength text - stringLength (leftTrimmed text);
  leftTrimmed =
    text:
    let
      found = match "[ \t]+" (head (split "[^ \t]" text));
    in
    if found == null then text else cut (stringLength (head (split "[^ \t]" text))) text;
  rightTrimmed =
    text:
    if ends " " text || ends "\t" text then
      rightTrimmed (substring 0 (stringLength text - 1) text)
    else
      text;
  trimmed = text: rightTrimmed (leftTrimmed text);
  isComment = text: text == "" || first text == "#";

  node = kind: value: at: {
    inherit kind value;
    inherit (at) line column;
  };
  fault =
    message: hint: at:
    node "fault" { inherit message hint; } at;
  quoteIt = "write the string in double quotes";

  # What a plain word is: null, a boolean, a number, or a string.
  typed =
    text: at:
    if elem text [ "null" "Null" "NULL" "~" "" ] then
      node "null" null at
    else if elem text [ "true" "True" "TRUE" ] then
      node "bool" true at
    else if elem text [ "false" "False" "FALSE" ] then
      node "bool" false at
    else if stringLength text <= 15 && match "-?(0|[1-9][0-9]*)([.][0-9]+)?" text != null then
      node "number" (fromJSON text) at
    else if match "([-+]?[.]?[0-9].*|[-+]?[.](inf|Inf|INF)|[.](nan|NaN|NAN))" (substring 0 64 text) != null && !(contains " " text) then
      fault "begins like a number, but is not one that all programs read alike" "write digits and a point alone, or ${quoteIt}" at
    else
      node "text" text at;

  # A plain scalar in one line or folded into one; `loose` takes "a: b" for the text that it
  # seems to be, as agent programs do.
  plain =
    loose: text: at:
    let
      bare = rightTrimmed (head (split "[ \t]#" text));
      colon = contains ": " bare || ends ":" bare || contains ":\t" bare;
    in
    if elem (first text) [ "[" "]" "{" "}" "," "&" "*" "!" "|" ">" "%" "@" "`" "\"" "'" "#" ] then
      fault "has a string that begins with `${first text}`, which has a meaning in YAML" quoteIt at
    else if elem text [ "-" "?" ":" ] || elem (substring 0 2 text) [ "- " "? " ": " ] || begins "<<" text then
      fault "has a string that begins with a YAML indicator" quoteIt at
    else if contains "\t" bare then
      fault "has a tab in an unquoted string" quoteIt at
    else if colon && !(loose && bare == text && !(ends ":" text)) then
      fault "has a colon in an unquoted string" quoteIt at
    else if colon then
      node "text" text at
    else
      typed bare at;

  # Where the quotes that a text begins with end, or null.
  closing =
    text:
    let
      mark = first text;
      scan =
        foldl'
          (
            state: part:
            let
              next = state // {
                off = state.off + (if isString part then stringLength part else 1);
              };
              char = head part;
            in
            if state.found != null then
              state
            else if isString part then
              if part == "" then
                state
              else if mark == "'" && state.open then
                next // { found = state.off - 1; }
              else
                next // { open = false; }
            else if mark == "'" then
              next // { open = !state.open; }
            else if state.open then
              next // { open = false; }
            else if char == "\\" then
              next // { open = true; }
            else
              next // { found = state.off; }
          )
          {
            off = 1;
            found = null;
            # In single quotes: one that may be the last or the first of two. In double
            # quotes: behind a backslash.
            open = false;
          }
          (split (if mark == "'" then "(')" else "([\\\"])") (cut 1 text));
    in
    if scan.found != null then
      scan.found
    else if mark == "'" && scan.open then
      scan.off - 1
    else
      null;

  # The text in quotes, given as it is written, over lines or not.
  unquoted =
    written: at:
    let
      mark = first written;
      inner = substring 1 (stringLength written - 2) written;
      lines = pieces "\n" inner;
      count = length lines;
      folded = concatStringsSep " " (
        genList (
          n:
          let
            line = elemAt lines n;
            left = if n == 0 then line else leftTrimmed line;
          in
          if n == count - 1 then left else rightTrimmed left
        ) count
      );
      escapes = filter (part: !(isString part)) (split "[\\](u[0-9a-fA-F]{4}|.)?" folded);
      bad =
        part:
        let
          code = head part;
        in
        code == null
        || !(
          elem code [ "\"" "\\" "/" "n" "t" ]
          || stringLength code == 5 && match "u([dD][89a-fA-F].*|00[01].|007[fF]|00[89].)" code == null
        );
    in
    if any (line: trimmed line == "") (if count > 1 then take (count - 1) lines else [ ]) && count > 1 then
      fault "has an empty line in a quoted string" "write the string below a line with |" at
    else if mark == "'" then
      node "text" (replaceStrings [ "''" ] [ "'" ] folded) at
    else if any bad escapes || count > 1 && any (ends "\\") lines then
      fault "has a backslash that programs read in different ways" "write \\\\ for a backslash; \\n, \\t, \\\" and \\u0041 are read" at
    else
      node "text" (fromJSON ("\"" + replaceStrings [ "\t" ] [ "\\t" ] folded + "\"")) at;

  # What is between brackets, as tokens: { tokens; size; } or { fault; }.
  tokenize =
    text: line: column:
    let
      stop = message: hint: at: { fault = fault message hint at; };
      go =
        state:
        let
          rest = cut state.off text;
          char = first rest;
          at = {
            inherit (state) line column;
          };
          move = n: {
            off = state.off + n;
            column = state.column + n;
          };
          token =
            n: value:
            state
            // move n
            // {
              tokens = state.tokens ++ [ (value // { inherit at; }) ];
            };
          previous = elemAt state.tokens (length state.tokens - 1);
          close = closing rest;
          run = head (split "[][{},\n]|[ \t]#|:([ \n]|$)" rest);
        in
        if rest == "" then
          stop "has a bracket that is not closed" "close it, or write a line for each value" { inherit line column; }
        else if length state.tokens > mostTokens then
          stop "has too much between brackets" "write a line for each value" at
        else if char == " " || char == "\t" then
          go (state // move (leading rest))
        else if char == "\n" then
          go (
            state
            // {
              off = state.off + 1;
              line = state.line + 1;
              column = 1;
            }
          )
        else if char == "#" then
          stop "has a comment between brackets" "write the comment on its own line above the field" at
        else if char == "[" || char == "{" then
          if state.depth >= mostDeep then
            stop "is nested too deeply" "use fewer levels" at
          else
            go (token 1 { mark = char; } // { depth = state.depth + 1; })
        else if char == "]" || char == "}" then
          let
            next = token 1 { mark = char; };
          in
          if state.depth == 1 then
            {
              inherit (next) tokens line;
              size = next.off;
            }
          else
            go (next // { depth = state.depth - 1; })
        else if char == "," then
          go (token 1 { mark = char; })
        else if char == ":" && (run == "" || previous ? quoted) then
          go (token 1 { mark = char; })
        else if char == "\"" || char == "'" then
          if close == null || contains "\n" (substring 0 close rest) then
            stop "has a quoted string that does not end on its line" "close the quotes" at
          else
            go (token (close + 1) {
              mark = "";
              quoted = true;
              node = unquoted (substring 0 (close + 1) rest) at;
            })
        else if run == "" then
          stop "has an unknown indicator in brackets" quoteIt at
        else
          go (token (stringLength run) {
            mark = "";
            node = plain false (rightTrimmed run) at;
          });
    in
    go {
      inherit line column;
      off = 0;
      depth = 0;
      tokens = [ ];
    };

  # The value that tokens are from one on: { node; next; }.
  flow =
    tokens: n:
    let
      token = elemAt tokens n;
      markAt = m: if m < length tokens then (elemAt tokens m).mark else "end";
      wrong =
        m: message:
        {
          node = fault message "write a line for each value" (elemAt tokens (if m < length tokens then m else n)).at;
          next = length tokens;
        };
      list =
        values: m:
        if markAt m == "]" then
          {
            node = node "list" values token.at;
            next = m + 1;
          }
        else
          let
            item = flow tokens m;
            after = markAt item.next;
          in
          if markAt m == "end" || !(elem (markAt m) [ "" "[" "{" ]) then
            wrong m "has an invalid list"
          else if after == "," then
            list (values ++ [ item.node ]) (item.next + 1)
          else if after == "]" then
            list (values ++ [ item.node ]) item.next
          else if item.node.kind == "fault" then
            item // { next = length tokens; }
          else
            wrong item.next "has an invalid list";
      map' =
        entries: m:
        if markAt m == "}" then
          {
            node = mapOf entries token.at;
            next = m + 1;
          }
        else
          let
            key = (elemAt tokens m).node;
            value = flow tokens (m + 2);
            after = markAt value.next;
            entry = {
              key = keyOf (elemAt tokens m);
              value = value.node // {
                inherit (key) line column;
              };
            };
          in
          if markAt m != "" || markAt (m + 1) != ":" || !(elem (markAt (m + 2)) [ "" "[" "{" ]) then
            wrong m "has an invalid map"
          else if key.kind == "fault" then
            {
              node = key;
              next = length tokens;
            }
          else if after == "," then
            map' (entries ++ [ entry ]) (value.next + 1)
          else if after == "}" then
            map' (entries ++ [ entry ]) value.next
          else if value.node.kind == "fault" then
            value // { next = length tokens; }
          else
            wrong value.next "has an invalid map";
    in
    if token.mark == "[" then
      list [ ] (n + 1)
    else if token.mark == "{" then
      map' [ ] (n + 1)
    else
      {
        inherit (token) node;
        next = n + 1;
      };
  keyOf =
    token:
    let
      inherit (token.node) kind value;
    in
    if kind == "text" then value else null;

  # A map of entries { key; value; }; a duplicate or invalid key is a fault.
  mapOf =
    entries: at:
    let
      grouped = builtins.groupBy (entry: entry.key) (filter (entry: entry.key != null) entries);
      faults =
        map (
          entry:
          fault "has a key that is not a string" quoteIt {
            inherit (entry.value) line column;
          }
        ) (filter (entry: entry.key == null) entries)
        ++ builtins.concatMap (
          key:
          if length grouped.${key} < 2 then
            [ ]
          else
            [
              (fault "is a duplicate key" "remove one of the two" {
                inherit ((elemAt grouped.${key} 1).value) line column;
              })
            ]
        ) (builtins.attrNames grouped);
    in
    node "map" (listToAttrs (
      map (entry: {
        name = entry.key;
        inherit (entry) value;
      }) (filter (entry: entry.key != null) entries)
    )) at
    // {
      keys = foldl' (
        keys: entry: if entry.key == null || elem entry.key keys then keys else keys ++ [ entry.key ]
      ) [ ] entries;
      inherit faults;
    };

  # A line KEY: VALUE, as { key; value; offset; }, or null.
  keyed =
    text:
    let
      mark = first text;
      inQuotes = mark == "\"" || mark == "'";
      close = closing text;
      before = rightTrimmed (head (split ":([ \t]|$)" text));
      plainKey =
        stringLength before <= 256
        && stringLength before < stringLength text
        && match "[A-Za-z0-9_./$][]A-Za-z0-9_./$*@~+=()[ -]*" before != null
        && !(contains " #" before);
      behind = if inQuotes then leftTrimmed (cut (close + 1) text) else leftTrimmed (cut (stringLength before) text);
      value = leftTrimmed (cut 1 behind);
      named = if inQuotes then unquoted (substring 0 (close + 1) text) { line = 0; column = 0; } else null;
    in
    if text == "" || inQuotes && (close == null || first behind != ":" || !(elem (substring 1 1 behind) [ "" " " "\t" ])) || !inQuotes && !plainKey then
      null
    else
      {
        key = if !inQuotes then before else if named.kind == "text" then named.value else null;
        inherit value;
        offset = stringLength text - stringLength value;
      };
  isItem = text: text == "-" || begins "- " text || begins "-\t" text;

  # The first line from n on that is neither empty nor a comment.
  skip = lines: n: if n < length lines && (elemAt lines n).blank then skip lines (n + 1) else n;
  # The first line from n on that a test of a line holds for.
  until = test: lines: n: if n < length lines && !(test (elemAt lines n)) then until test lines (n + 1) else n;
  # Where the lines of what is indented by k or less begin again.
  outside = k: until (line: !line.blank && line.indent <= k);

  # Text behind | or >: { node; next; }.
  block =
    lines: n: k: header: at:
    let
      end = until (line: line.raw != "" && trimmed line.raw != "" && line.indent <= k) lines (n + 1);
      own = genList (m: (elemAt lines (n + 1 + m)).raw) (end - n - 1);
      filled = filter (raw: trimmed raw != "") own;
      indent = leading (head filled);
      content = map (raw: if trimmed raw == "" && stringLength raw <= indent then "" else cut indent raw) own;
      last = foldl' (found: m: if trimmed (elemAt content m) == "" then found else m + 1) 0 (
        genList (m: m) (length content)
      );
      body = take last content;
      chomp = match "[|>]([-+]?).*" header;
      ending =
        if head chomp == "-" then
          ""
        else if head chomp == "+" then
          concatStringsSep "" (genList (_: "\n") (length content - last + 1))
        else
          "\n";
      deeper = any (raw: leading raw < indent) filled;
      odd = any (line: begins " " line || begins "\t" line) body;
      # Lines become one; an empty line is a line break.
      folded =
        (foldl'
          (
            state: line:
            if line == "" then
              state
              // {
                gap = state.gap + 1;
              }
            else
              {
                text =
                  state.text
                  + (
                    if state.gap > 0 then
                      concatStringsSep "" (genList (_: "\n") state.gap)
                    else if state.text == "" then
                      ""
                    else
                      " "
                  )
                  + line;
                gap = 0;
              }
          )
          {
            text = "";
            gap = 0;
          }
          body
        ).text;
    in
    {
      next = end;
      node =
        if match "[|>][-+]?([ \t]+#.*)?" header == null then
          fault "has an unknown indicator after ${first header}" "write ${first header} alone" at
        else if filled == [ ] then
          if head chomp == "+" then
            fault "has an empty block string" "write a line below it" at
          else
            node "text" "" at
        else if deeper || any (raw: contains "\t" (substring 0 indent raw)) filled || head content == "" then
          fault "has a block string whose first line is indented more than another" "indent all its lines alike" at
        else if first header == ">" && odd then
          fault "has indented lines in a folded string" "write | instead of >" at
        else
          node "text" ((if first header == "|" then concatStringsSep "\n" body else folded) + ending) at;
    };

  # The value that begins in line n with a text, in what is indented by k: { node; next; }.
  value =
    deep: lines: n: k: text: column:
    let
      line = elemAt lines n;
      at = {
        line = line.number;
        inherit column;
      };
      end = outside k lines (n + 1);
      # Quotes and brackets may continue below, the last bracket as far left as the field.
      closes = m: m < length lines && elem (first (elemAt lines m).text) [ "]" "}" ] && (elemAt lines m).indent == k;
      more = if elem (first text) [ "[" "{" ] && closes end then end + 1 else end;
      joined = concatStringsSep "\n" (
        [ text ] ++ genList (m: (elemAt lines (n + 1 + m)).raw) (more - n - 1)
      );
      rest = size: trimmed (head (pieces "\n" (cut size joined)));
      breaks = size: length (pieces "\n" (substring 0 size joined)) - 1;
      ended =
        size: node:
        let
          behind = rest size;
          spaced = substring size 1 joined != "#";
        in
        {
          next = n + 1 + breaks size;
          node =
            if behind == "" || first behind == "#" && spaced then
              node
            else
              fault "has text after quotes or brackets" quoteIt at;
        };
      close = closing joined;
      tokens = tokenize joined line.number column;
      parsed = flow tokens.tokens 0;
      nested = skip lines (n + 1);
      below = elemAt lines nested;
      own = genList (m: elemAt lines (n + 1 + m)) (end - n - 1);
      used = filter (line: !line.blank) own;
      # Lines of a plain text that continues; empty ones at its end do not count.
      goesOn = used != [ ];
    in
    if deep > mostDeep then
      {
        next = end;
        node = fault "is nested too deeply" "use fewer levels" at;
      }
    else if isComment text then
      if nested < length lines && below.indent > k then
        blockAt deep lines nested
      else if nested < length lines && below.indent == k && isItem below.text && k >= 0 && !line.item then
        items (deep + 1) lines nested k
      else
        {
          next = n + 1;
          node = node "null" null at;
        }
    else if elem (first text) [ "|" ">" ] then
      block lines n k text at
    else if elem (first text) [ "\"" "'" ] then
      if close == null then
        {
          next = end;
          node = fault "has quotes that are not closed" "close them" at;
        }
      else
        ended (close + 1) (unquoted (substring 0 (close + 1) joined) at)
    else if elem (first text) [ "[" "{" ] then
      if tokens ? fault then
        {
          next = end;
          node = tokens.fault;
        }
      else
        ended tokens.size parsed.node
    else if goesOn then
      {
        next = end;
        node =
          let
            whole = concatStringsSep " " ([ text ] ++ map (line: line.text) used);
          in
          if any (line: line.blank) (take (length used) own) || contains " #" whole || any (line: line.tab || isItem line.text) used then
            fault "has a multi-line string with an empty line or a comment" "write the string below a line with |" at
          else
            let
              read = plain false whole at;
            in
            if read.kind == "text" || read.kind == "fault" then read else fault "has an invalid multi-line string" quoteIt at;
      }
    else
      {
        next = n + 1;
        node = plain (k == 0 && !line.item) text at;
      };

  # What begins in line n: a list, a map or a value alone.
  blockAt =
    deep: lines: n:
    let
      line = elemAt lines n;
    in
    if line.tab then
      {
        next = n + 1;
        node = fault "is indented with a tab" "indent with spaces" {
          line = line.number;
          column = 1;
        };
      }
    else if isItem line.text then
      items (deep + 1) lines n line.indent
    else if keyed line.text != null then
      fields (deep + 1) lines n line.indent
    else
      value (deep + 1) lines n (line.indent - 1) line.text (line.indent + 1);

  # A list whose items are indented by k.
  items =
    deep: lines: n: k:
    let
      start = elemAt lines n;
      go =
        values: n:
        let
          at = skip lines n;
          line = elemAt lines at;
          text = leftTrimmed (cut 1 line.text);
          column = k + 1 + stringLength line.text - stringLength text;
          inline = {
            inherit (line) number raw tab;
            inherit text;
            blank = false;
            item = true;
            indent = column - 1;
          };
          there = genList (m: if m == at then inline else elemAt lines m) (length lines);
          item =
            if text != "" && first text != "#" && (isItem text || keyed text != null) then
              blockAt deep there at
            else
              value (deep + 1) (genList (m: if m == at then line // { item = true; } else elemAt lines m) (length lines)) at k text column;
        in
        if at >= length lines || line.indent < k || line.indent == k && !(isItem line.text) then
          {
            inherit values;
            next = at;
          }
        else if line.tab || line.indent > k then
          go (values ++ [ (astray line) ]) (outside k lines (at + 1))
        else
          go (values ++ [ item.node ]) item.next;
      found = go [ ] n;
    in
    {
      inherit (found) next;
      node = node "list" found.values {
        line = start.number;
        column = k + 1;
      };
    };
  astray =
    line:
    fault
      (if line.tab then "is indented with a tab" else "has a line that belongs to no field")
      (if line.tab then "indent with spaces" else "write FIELD: VALUE in each line, and indent what is below a field alike")
      {
        line = line.number;
        column = line.indent + 1;
      };

  # A map whose keys are indented by k.
  fields =
    deep: lines: n: k:
    let
      start = elemAt lines n;
      go =
        entries: strays: n:
        let
          at = skip lines n;
          line = elemAt lines at;
          found = keyed line.text;
          place = {
            line = line.number;
            column = k + 1;
          };
          read = value deep lines at k found.value (k + 1 + found.offset);
        in
        if at >= length lines || line.indent < k && !line.tab then
          {
            inherit entries strays;
            next = at;
          }
        else if line.tab || line.indent > k || found == null then
          go entries (strays ++ [ (astray line) ]) (outside k lines (at + 1))
        else
          go (
            entries
            ++ [
              {
                inherit (found) key;
                value = read.node // (if read.node.kind == "fault" then { } else place);
              }
            ]
          ) strays read.next;
      found = go [ ] [ ] n;
      made = mapOf found.entries {
        line = start.number;
        column = k + 1;
      };
    in
    {
      inherit (found) next;
      node = made // {
        faults = found.strays ++ made.faults;
      };
    };
in
{
  inherit trimmed;

  read =
    number: texts:
    let
      lines = genList (
        n:
        let
          raw = elemAt texts n;
          text = trimmed raw;
          blanks = substring 0 (leading raw) raw;
        in
        {
          number = number + n;
          indent = stringLength blanks;
          inherit raw text;
          blank = isComment text;
          tab = contains "\t" blanks;
          item = false;
        }
      ) (length texts);
      begin = skip lines 0;
      start = elemAt lines begin;
      place = {
        line = number;
        column = 1;
      };
      found = fields 0 lines begin 0;
    in
    if begin == length lines then
      node "map" { } place
      // {
        keys = [ ];
        faults = [ ];
      }
    else if start.indent > 0 || keyed start.text == null then
      fault "must be a map of fields" "write FIELD: VALUE in each line" {
        line = start.number;
        column = start.indent + 1;
      }
    else
      found.node;
}
