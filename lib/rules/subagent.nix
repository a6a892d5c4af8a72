# rule-subagent-*: a subagent never exceeds its parent: in tools and permissions that is
# delegation.ceiling, as far as there is one.
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
    genList
    isAttrs
    isList
    isString
    length
    match
    ;
  quote = import ../text/quote.nix;

  inherit (import ../reach/tables.nix) actions modes;
  covers = import ../reach/covers.nix;
  coversRule = import ../reach/coversRule.nix;
  place = import ../reach/rank.nix;

  # A value that is not a string has no name: it covers nothing, and nothing covers it.
  coversTool = wide: narrow: wide != "" && narrow != "" && covers "tool" wide narrow;
  anyCovers = patterns: name: any (pattern: coversTool pattern name) patterns;

  # A value that is not a string keeps its place, so that the indexes stay.
  names =
    set: field:
    if isList (set.${field} or null) then
      map (name: if isString name then name else "") set.${field}
    else
      [ ];

  ruleCovers =
    wide: narrow:
    isAttrs wide
    && isString (wide.tool or null)
    && isString (wide.pattern or null)
    && narrow.tool != ""
    && coversRule wide narrow;

  rank = order: set: field: place order (if isAttrs set then set.${field} or null else null);

  # What holds subagents in a section: the Pod's own, or that of the ceiling.
  boundOf =
    manifest: section:
    let
      # A value that is not a set is reported as such, and limits nothing.
      below = set: name: if isAttrs set then set.${name} or null else set;
      own = below (below (manifest.delegation or null) "ceiling") section;
      parent = manifest.${section} or null;
      rules = if isAttrs parent then parent.rules or null else null;
      restricts = rule: rule.action or null == "deny" || rule.action or null == "ask";
    in
    if own != null then
      {
        value = own;
        who = "the subagent ceiling";
        lacks = "the subagent ceiling does not offer";
        field = "delegation.ceiling.${section}";
        more = _: "";
      }
    else
      {
        value = parent;
        who = "the profile";
        lacks = "the profile does not offer";
        field = section;
        more =
          line:
          "; to allow it only in subagents, write ${line}"
          + (
            if isList rules && any restricts (filter isAttrs rules) then
              " (repeat in delegation.ceiling.permissions.rules what permissions.rules denies or asks about)"
            else
              ""
          );
      };

  # The line that lets subagents have all tools that one of them names.
  ceilingLine =
    manifest:
    let
      subagents = if isAttrs (manifest.subagents or null) then manifest.subagents else { };
      ofOne =
        name:
        let
          subagent = subagents.${name};
          tools = if isAttrs subagent then subagent.tools or null else null;
        in
        if isAttrs tools then names tools "allow" else [ ];
      all = foldl' (
        seen: name:
        if match "[A-Za-z0-9_.*-]+" name == null || elem name seen then seen else seen ++ [ name ]
      ) [ ] (concatMap ofOne (attrNames subagents));
    in
    if length all > 32 then
      "delegation.ceiling.tools.allow = [ … ];"
    else
      "delegation.ceiling.tools.allow = [ \"${concatStringsSep "\" \"" all}\" ];";

  tools =
    line: at: bound: subagent:
    let
      parent = bound.value;
      closed = parent.default or null == "deny";
      open = subagent.default or null == "allow";
      parentAllow = names parent "allow";
      parentDeny = names parent "deny";
      allow = names subagent "allow";
      deny = names subagent "deny";
      fault = at: message: expected: hint: {
        code = "rule-subagent-tools";
        inherit
          at
          message
          expected
          hint
          ;
      };

      # What the parent denies and the subagent does not.
      lost = filter (denied: denied != "" && !(anyCovers deny denied)) parentDeny;
      touches = name: denied: coversTool name denied || coversTool denied name;

      excess =
        n:
        let
          name = elemAt allow n;
          back = filter (touches name) lost;
          said = message: [
            (fault (
              at
              ++ [
                "allow"
                n
              ]
            ) message "a tool in `${bound.field}`"
              "remove it here, or add it to ${bound.field}.allow${bound.more line}"
            )
          ];
        in
        if closed && name != "" && !(anyCovers parentAllow name) then
          said "${bound.lacks} ${quote name}"
        else if anyCovers parentDeny name then
          said "${bound.who} denies ${quote name}"
        else if back != [ ] then
          said "${quote name} brings back ${quote (elemAt back 0)}, which ${bound.who} denies"
        else
          [ ];
      undone = filter (denied: !(any (name: touches name denied) allow)) lost;
    in
    (
      if closed && open then
        [
          (fault (at ++ [ "default" ]) "allows tools that ${bound.who} does not" "deny"
            "set default to \"deny\" and list the tools${
              bound.more "delegation.ceiling.tools.default = \"allow\";"
            }"
          )
        ]
      else
        [ ]
    )
    ++ concatLists (genList excess (length allow))
    ++ (
      if open && undone != [ ] then
        [
          (fault (at ++ [ "deny" ])
            "the default brings back ${quote (elemAt undone 0)}, which ${bound.who} denies"
            "every tool that ${bound.who} denies"
            "deny it here too"
          )
        ]
      else
        [ ]
    );

  permissions =
    at: bound: subagent:
    let
      parent = bound.value;
      fault = at: message: expected: hint: {
        code = "rule-subagent-permissions";
        inherit
          at
          message
          expected
          hint
          ;
      };
      capped =
        field: order:
        let
          own = rank order subagent field;
          cap = rank order parent field;
        in
        if own >= 0 && cap >= 0 && own > cap then
          [
            (fault (at ++ [ field ])
              "must be at most ${quote (elemAt order cap)}, as in ${bound.who}, got ${quote (elemAt order own)}"
              "one of: ${concatStringsSep ", " (genList (elemAt order) (cap + 1))}"
              "lower it here, or raise ${bound.field}.${field}${
                bound.more "delegation.ceiling.permissions.${field} = ${quote (elemAt order own)};"
              }"
            )
          ]
        else
          [ ];
      ceiling = rank actions parent "default";
      granted = if isList (parent.rules or null) then parent.rules else [ ];
      rules = if isList (subagent.rules or null) then subagent.rules else [ ];
      excess =
        n:
        let
          rule = elemAt rules n;
          own = rank actions rule "action";
        in
        if
          own <= ceiling
          || !(isString (rule.tool or null))
          || !(isString (rule.pattern or null))
          || any (grant: rank actions grant "action" >= own && ruleCovers grant rule) granted
        then
          [ ]
        else
          [
            (fault
              (
                at
                ++ [
                  "rules"
                  n
                ]
              )
              "${bound.who} has no rule that allows as much for ${quote "${rule.tool} ${rule.pattern}"}"
              "a rule covered by one in `${bound.field}`"
              "remove it here, or add the rule to ${bound.field}.rules${
                bound.more "it in delegation.ceiling.permissions.rules"
              }"
            )
          ];
    in
    capped "mode" modes
    ++ capped "default" actions
    ++ (if ceiling < 0 then [ ] else concatLists (genList excess (length rules)));

  both =
    rule: at: bound: subagent:
    if isAttrs bound.value && isAttrs subagent then rule at bound subagent else [ ];

  # What few subagents have is looked at only where it is.
  rest = import ./subagentRest.nix;
in
manifest:
let
  toolsAbove = boundOf manifest "tools";
  permissionsAbove = boundOf manifest "permissions";
  line = ceilingLine manifest;
in
at: subagent:
both (tools line) (at ++ [ "tools" ]) toolsAbove (subagent.tools or null)
++ both permissions (at ++ [ "permissions" ]) permissionsAbove (subagent.permissions or null)
++ (
  if
    subagent ? mcpServers
    || subagent ? skills
    || subagent ? limits
    || subagent ? sandbox
    || subagent ? effort
  then
    rest manifest at subagent
  else
    [ ]
)
