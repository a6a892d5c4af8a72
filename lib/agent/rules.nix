# What agent files set for tools, as tools and rules of a profile. Each returns { parts;
# faults; }; a setting without an equal meaning is a fault, so that nothing becomes wider.
let
  inherit (builtins)
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
    match
    split
    stringLength
    substring
    ;
  begins = import ../text/begins.nix;
  ends = import ../text/ends.nix;
  quote = import ../text/quote.nix;
  suggest = import ../text/suggest.nix;
  toolOf = import ./toolOf.nix;

  cut = n: text: substring n (-1) text;
  trimmed = text: (import ./yaml.nix).trimmed text;
  tools = [
    "Read"
    "Edit"
    "Write"
    "Bash"
    "Grep"
    "Glob"
    "WebFetch"
    "WebSearch"
    "Agent"
    "Skill"
  ];

  # The words of a text with commas or line breaks between them that are in no parentheses.
  words =
    text:
    filter (word: word != "") (
      map trimmed (
        (foldl'
          (
            state: part:
            let
              char = head part;
              last = elemAt state.words (length state.words - 1);
              on = text: genList (elemAt state.words) (length state.words - 1) ++ [ (last + text) ];
            in
            if isString part then
              state // { words = on part; }
            else if char == "(" then
              {
                words = on char;
                depth = state.depth + 1;
              }
            else if char == ")" then
              {
                words = on char;
                depth = if state.depth > 0 then state.depth - 1 else 0;
              }
            else if state.depth > 0 then
              state // { words = on char; }
            else
              state // { words = state.words ++ [ "" ]; }
          )
          {
            words = [ "" ];
            depth = 0;
          }
          (split "([(),\n])" text)
        ).words
      )
    );

  once =
    list: foldl' (seen: value: if elem value seen then seen else seen ++ [ value ]) [ ] list;

  # The names that a field lists, in YAML or with commas: { names; faults; }.
  listed =
    node:
    if node.kind == "text" then
      {
        names = words node.value;
        faults = [ ];
      }
    else if node.kind == "list" then
      {
        names = concatMap (item: if item.kind == "text" then words item.value else [ ]) node.value;
        faults = concatMap (
          item:
          if item.kind == "text" then
            [ ]
          else
            [
              {
                message = "has an element that is not a name";
                hint = "write names of tools: tools: Read, Grep";
              }
            ]
        ) node.value;
      }
    else
      {
        names = [ ];
        faults = [
          {
            message = "must be names of tools";
            hint = "write them with commas: Read, Grep, Bash";
          }
        ];
      };

  unknown =
    name:
    let
      near = suggest name tools;
    in
    {
      message = "unknown tool ${quote name}";
      hint =
        if near != null then "did you mean `${near}`?" else "write one of ${concatStringsSep ", " tools}, or mcp__SERVER__TOOL";
    };

  # Names of tools without patterns: { tools; faults; }.
  plain =
    node:
    let
      found = listed node;
      pattern = filter (name: match ".*[(].*" name != null) found.names;
      bare = filter (name: !(elem name pattern)) found.names;
      ours = map (name: {
        inherit name;
        tool = toolOf name;
      }) bare;
    in
    {
      tools = once (
        map (one: one.tool) (filter (one: one.tool != null && one.tool != "" && one.tool != "*") ours)
      );
      every = elem "*" bare;
      faults =
        found.faults
        ++ map (name: {
          message = "${quote name} has a pattern, but this field lists whole tools";
          hint = "write the tool alone, and the pattern as a rule: permissions.rules of a layer in Nix, or permission in this file";
        }) pattern
        ++ map (one: unknown one.name) (filter (one: one.tool == null) ours);
    };

  rule = tool: pattern: action: { inherit tool action; } // (if pattern == "*" then { } else { inherit pattern; });
  rulesPart = list: {
    path = [
      "permissions"
      "rules"
    ];
    value = map (one: one.rule) list;
    items = map (one: { inherit (one.at) line column; }) list;
    gathers = true;
  };
  denied = tools: {
    path = [
      "tools"
      "deny"
    ];
    value = tools;
    gathers = true;
  };

  # The patterns of a command, in which a star at the end is anything; null where they
  # cannot be written with the same meaning.
  commands =
    text:
    let
      base =
        if ends ":*" text || ends " *" text then
          substring 0 (stringLength text - 2) text
        else if ends "*" text then
          substring 0 (stringLength text - 1) text
        else
          text;
    in
    if stringLength text > 500 || match "[A-Za-z0-9./_~+-]+( [A-Za-z0-9./_=@~+,-]+)* ?" base == null then
      null
    else if ends ":*" text || ends " *" text then
      [
        base
        (base + " *")
      ]
    else
      [ text ];

  noPattern = text: {
    message = "the pattern ${quote text} cannot be written with the same meaning";
    hint = "write it in permissions.rules of a layer in Nix; docs/permissions.md has the forms of patterns";
  };

  # Tools of opencode, and ours.
  theirs = {
    bash = [ "bash" ];
    read = [ "read" ];
    edit = [
      "edit"
      "write"
    ];
    write = [ "write" ];
    patch = [ "edit" ];
    multiedit = [ "edit" ];
    glob = [ "glob" ];
    list = [ "glob" ];
    grep = [ "grep" ];
    webfetch = [ "webfetch" ];
    websearch = [ "websearch" ];
    codesearch = [ "websearch" ];
    task = [ "agent" ];
    skill = [ "skill" ];
  };
  ungoverned = [
    "todowrite"
    "todoread"
    "question"
    "lsp"
    "plan_enter"
    "plan_exit"
    "invalid"
  ];
  actions = [
    "allow"
    "ask"
    "deny"
  ];
  strictness = action: { allow = 0; ask = 1; deny = 2; }.${action};
  isAction = node: node.kind == "text" && elem node.value actions;
  noAction = {
    message = "must be allow, ask or deny";
    hint = "write one of them";
  };
in
{
  inherit listed plain;

  # tools: the only tools that are offered, or which are and which are not.
  tools =
    { key, node }:
    let
      found = plain node;
      names = node.keys;
      off = filter (name: node.value.${name}.kind == "bool" && !node.value.${name}.value) names;
      on = filter (name: node.value.${name}.kind == "bool" && node.value.${name}.value) names;
      oursOf = name: theirs.${name} or (if elem name ungoverned then [ ] else null);
      usual = [
        "read"
        "grep"
        "glob"
        "skill"
      ];
    in
    if node.kind != "map" then
      {
        inherit (found) faults;
        parts =
          if found.every then
            [ ]
          else
            [
              {
                path = [
                  "tools"
                  "allow"
                ];
                value = found.tools;
              }
            ];
      }
    else
      {
        parts =
          let
            all = once (concatMap (name: if oursOf name == null then [ ] else oursOf name) off);
          in
          if all == [ ] then [ ] else [ (denied all) ];
        faults = concatMap (
          name:
          let
            at = { inherit (node.value.${name}) line column; };
          in
          if node.value.${name}.kind != "bool" then
            [
              {
                inherit at;
                message = "must be true or false for each tool";
                hint = "write ${if theirs ? ${name} then name else "TOOL"}: false";
              }
            ]
          else if oursOf name == null then
            [ (unknown name // { inherit at; }) ]
          else if elem name on && filter (tool: !(elem tool usual)) (oursOf name) != [ ] then
            [
              {
                inherit at;
                message = "`${name}: true` cannot add a tool to the defaults of a profile";
                hint = "list all tools that are offered, such as: tools: Read, Grep, Edit, Write, Bash";
              }
            ]
          else
            [ ]
        ) names;
      };

  # disallowedTools: tools that are not offered.
  disallowed =
    { key, node }:
    let
      found = plain node;
    in
    {
      faults =
        found.faults
        ++ (
          if found.every then
            [
              {
                message = "denies every tool";
                hint = "write tools: [] to offer none";
              }
            ]
          else
            [ ]
        );
      parts = if found.tools == [ ] then [ ] else [ (denied found.tools) ];
    };

  # allowed-tools: tools that are used without a question.
  allowed =
    { key, node }:
    let
      found = listed node;
      one =
        text:
        let
          name = head (split "[(]" text);
          pattern = substring (stringLength name + 1) (stringLength text - stringLength name - 2) text;
          tool = toolOf (trimmed name);
          patterns = if tool == "bash" then commands pattern else null;
          plainRule = rule tool (if elem tool [ "read" "grep" "glob" ] then "**" else "*") "allow";
        in
        if tool == null then
          { faults = [ (unknown name) ]; rules = [ ]; }
        else if tool == "" then
          { faults = [ ]; rules = [ ]; }
        else if name == text then
          { faults = [ ]; rules = [ plainRule ]; }
        else if !(ends ")" text) || pattern != "*" && patterns == null then
          { faults = [ (noPattern text) ]; rules = [ ]; }
        else if pattern == "*" then
          { faults = [ ]; rules = [ plainRule ]; }
        else
          { faults = [ ]; rules = map (pattern: rule tool pattern "allow") patterns; }
      ;
      all = map one found.names;
      list = concatMap (one: one.rules) all;
    in
    {
      faults = found.faults ++ concatMap (one: one.faults) all;
      parts =
        if list == [ ] then
          [ ]
        else
          [
            (rulesPart (
              map (rule: {
                inherit rule;
                at = node;
              }) list
            ))
          ];
    };

  # permission: what is allowed, asked about and denied, by tool and by pattern. There the
  # last matching pattern decides, and here the strictest. So a rule that is looser than
  # one above it is refused, except for a star that repeats the default.
  permission =
    { key, node }:
    let
      mode = {
        allow = "auto";
        ask = "ask";
        deny = "ask";
      };
      fallback = action: at: [
        {
          path = [
            "permissions"
            "default"
          ];
          value = action;
          inherit at;
        }
        {
          path = [
            "permissions"
            "mode"
          ];
          value = mode.${action};
          inherit at;
        }
      ];
      at = node: { inherit (node) line column; };
      names = node.keys;
      # Keys with one action for whole tools. Where a stricter key covers each of its tools, a
      # key has no effect here, though it may have one in the other program.
      wholes = filter (name: theirs ? ${name} && isAction node.value.${name}) names;
      level = name: strictness node.value.${name}.value;
      stricter =
        name: tool:
        filter (other: elem tool theirs.${other} && level other > level name) wholes;
      outdone =
        name: elem name wholes && filter (tool: stricter name tool == [ ]) theirs.${name} == [ ];
      star = node.value."*" or null;
      general = if star != null && isAction star then star.value else null;
      whole =
        ours: action: at:
        if action == "deny" then
          [ (denied ours // { inherit at; }) ]
        else
          [
            (rulesPart (
              map (tool: {
                rule = rule tool (if action == "allow" && elem tool [ "read" "grep" "glob" ] then "**" else "*") action;
                inherit at;
              }) ours
            ))
          ];
      patterns =
        name: map':
        let
          keys = map'.keys;
          value = key: map'.value.${key};
          unread = filter (key: !(isAction (value key))) keys;
          first = head keys;
          generalHere = keys != [ ] && first == "*" && general != null && (value first).value == general;
          used = if generalHere then builtins.tail keys else keys;
          levels = map (key: strictness (value key).value) used;
          looser = filter (n: n > 0 && elemAt levels n < elemAt levels (n - 1)) (genList (n: n) (length used));
          odd = filter (key: key != "*" && commands key == null) used;
        in
        if keys == [ ] then
          { }
        else if unread != [ ] then
          { faults = map (key: noAction // { at = at (value key); }) unread; }
        else if name != "bash" then
          {
            faults = [
              {
                at = at map';
                message = "patterns of `${name}` have a different meaning in a profile";
                hint = "write permissions.rules in a layer in Nix that imports this file";
              }
            ];
          }
        else if odd != [ ] then
          { faults = map (key: noPattern key // { at = at (value key); }) odd; }
        else if looser != [ ] then
          {
            faults = map (
              n:
              {
                at = at (value (elemAt used n));
                message = "allows more than a pattern above it: here the last match decides, in a profile the strictest";
                hint = "write the default first, as \"*\": ${(value first).value} of permission itself, and stricter patterns below looser ones";
              }
            ) looser;
          }
        else
          {
            parts = [
              (rulesPart (
                concatMap (
                  key:
                  map (pattern: {
                    rule = rule "bash" pattern (value key).value;
                    at = at (value key);
                  }) (if key == "*" then [ "*" ] else commands key)
                ) used
              ))
            ];
          };
      one =
        name:
        let
          value = node.value.${name};
          ours = theirs.${name} or null;
          mcp = begins "mcp__" name && toolOf name != null;
        in
        if name == "*" then
          if !(isAction value) then
            { faults = [ (noAction // { at = at value; }) ]; }
          else if head names != "*" then
            {
              faults = [
                {
                  at = at value;
                  message = "the star overrides the patterns above it: the last match decides";
                  hint = "write it first";
                }
              ];
            }
          else
            { parts = fallback value.value (at value); }
        else if ours == null && !mcp then
          {
            faults = [
              (
                if elem name (ungoverned ++ [ "external_directory" "doom_loop" ]) then
                  {
                    at = at value;
                    message = "no rule of a profile covers `${name}`";
                    hint =
                      if name == "external_directory" then
                        "remove it: paths outside of the workspace are asked about unless a rule allows them"
                      else if name == "doom_loop" then
                        "remove it, and write steps: NUMBER"
                      else
                        "remove it";
                  }
                else
                  unknown name // { at = at value; }
              )
            ];
          }
        else if value.kind == "map" && !mcp then
          patterns name value
        else if !(isAction value) then
          { faults = [ (noAction // { at = at value; }) ]; }
        else if outdone name then
          {
            faults = [
              {
                at = at value;
                message = "`${name}: ${value.value}` has no effect: `${
                  head (stricter name (head ours))
                }` is stricter, and about the same tool";
                hint = "remove it: the strictest rule for a tool applies";
              }
            ];
          }
        else
          { parts = whole (if mcp then [ (toolOf name) ] else ours) value.value (at value); };
      all = map one names;
    in
    if isAction node then
      { parts = fallback node.value (at node); }
    else if node.kind != "map" then
      { faults = [ noAction ]; }
    else
      {
        parts = concatMap (one: one.parts or [ ]) all;
        faults = concatMap (one: one.faults or [ ]) all;
      };
}
