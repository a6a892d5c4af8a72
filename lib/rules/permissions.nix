# rule-tool-name and rule-pattern: rules and lists of tools name tools that there are, and
# a pattern is one of its tool. What the schema refuses is not judged again.
let
  inherit (builtins)
    all
    attrNames
    concatLists
    elemAt
    genList
    groupBy
    hasContext
    isAttrs
    isList
    isString
    length
    map
    match
    replaceStrings
    stringLength
    ;
  controls = import ../text/controls.nix;
  parsePattern = import ../permission/pattern.nix;
  quick = import ../permission/quick.nix;
  storePath = import ../text/storePath.nix;

  fault =
    code: at: problem:
    if problem == null then [ ] else [ (problem // { inherit code at; }) ];

  # What the schema accepts as the name of a tool, and as a pattern.
  isName =
    name:
    isString name
    && stringLength name <= 128
    && !(hasContext name)
    && match "[*]|[A-Za-z][A-Za-z0-9_.-]*[*]?" name != null;
  isPattern =
    pattern:
    isString pattern
    && stringLength pattern <= 1024
    && !(hasContext pattern)
    && replaceStrings controls.all controls.nothing pattern == pattern
    && !(storePath pattern);

  each = list: judge: concatLists (genList (n: judge n (elemAt list n)) (length list));
in
manifest:
let
  servers = if isAttrs (manifest.mcpServers or null) then attrNames manifest.mcpServers else [ ];
  isTool = quick.tool servers;

  tool =
    at: name:
    if isName name && !(isTool name) then
      fault "rule-tool-name" at (import ../permission/tools.nix servers name)
    else
      [ ];
  isNamed = name: !(isString name) || !(hasContext name) && isTool name;
  tools =
    at: list:
    if !(isList list) || all isNamed list then
      [ ]
    else
      each list (n: tool (at ++ [ n ]));

  isWhole =
    rule:
    isAttrs rule
    && isString (rule.tool or null)
    && isString (rule.pattern or null)
    && !(hasContext rule.tool);
  kindOf = rule: quick.kindOf.${rule.tool} or "call";
  isFine = rule: isTool rule.tool && quick.patterns (kindOf rule) [ rule.pattern ];
  areFine =
    rules:
    let
      groups = groupBy kindOf rules;
    in
    all isWhole rules
    && all (kind: quick.patterns kind (map (rule: rule.pattern) groups.${kind})) (attrNames groups)
    && all (rule: isTool rule.tool) (groups.call or [ ]);
  rules =
    at: list:
    if !(isList list) || list == [ ] || areFine list then
      [ ]
    else
      each list (
        n: rule:
        let
          here = at ++ [ n ];
          name = rule.tool or null;
          refused = tool (here ++ [ "tool" ]) name;
        in
        if !(isAttrs rule) || !(isName name) then
          [ ]
        else if refused != [ ] then
          refused
        else if isPattern (rule.pattern or null) && !(isFine rule) then
          fault "rule-pattern" (here ++ [ "pattern" ]) (parsePattern name rule.pattern)
        else
          [ ]
      );
in
{
  holder =
    at: value:
    let
      lists = if isAttrs (value.tools or null) then value.tools else { };
      permissions = if isAttrs (value.permissions or null) then value.permissions else { };
    in
    tools (
      at
      ++ [
        "tools"
        "allow"
      ]
    ) (lists.allow or null)
    ++ tools (
      at
      ++ [
        "tools"
        "deny"
      ]
    ) (lists.deny or null)
    ++ rules (
      at
      ++ [
        "permissions"
        "rules"
      ]
    ) (permissions.rules or null);

  inherit tool;

  skill = at: value: tools (at ++ [ "allowedTools" ]) (value.allowedTools or null);
}
