# rule-subagent-tools and rule-subagent-permissions: a subagent never exceeds its parent.
let
  inherit (builtins)
    any
    concatLists
    concatStringsSep
    elemAt
    filter
    genList
    isAttrs
    isList
    isString
    length
    ;
  quote = import ../text/quote.nix;

  inherit (import ../reach/tables.nix) actions modes;
  covers = import ../reach/covers.nix;
  coversRule = import ../reach/coversRule.nix;
  place = import ../reach/rank.nix;

  # What is no text has no name: it covers nothing, and nothing covers it.
  coversTool = wide: narrow: wide != "" && narrow != "" && covers "tool" wide narrow;
  anyCovers = patterns: name: any (pattern: coversTool pattern name) patterns;

  # What is no text keeps its place, so that the indexes stay.
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

  tools =
    at: parent: subagent:
    let
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
            ) message "a tool of the profile's own" "offer the tool to the profile in tools, or remove it here")
          ];
        in
        if closed && name != "" && !(anyCovers parentAllow name) then
          said "the profile itself is not offered ${quote name}"
        else if anyCovers parentDeny name then
          said "the profile itself denies ${quote name}"
        else if back != [ ] then
          said "${quote name} brings back ${quote (elemAt back 0)}, which the profile itself denies"
        else
          [ ];
      undone = filter (denied: !(any (name: touches name denied) allow)) lost;
    in
    (
      if closed && open then
        [
          (fault (at ++ [ "default" ]) "allows tools that the profile itself is not offered" "deny"
            "set default to \"deny\" and list the tools"
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
            "the default brings back ${quote (elemAt undone 0)}, which the profile itself denies"
            "every tool that the profile denies"
            "deny it here too"
          )
        ]
      else
        [ ]
    );

  permissions =
    at: parent: subagent:
    let
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
              "${quote (elemAt order own)} is more than the profile itself has, ${quote (elemAt order cap)}"
              "one of: ${concatStringsSep ", " (genList (elemAt order) (cap + 1))}"
              "lower it here, or raise permissions.${field}"
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
              "the profile itself has no rule that goes as far for ${quote "${rule.tool} ${rule.pattern}"}"
              "a rule that one of the profile's own covers"
              "add the rule to permissions.rules, or remove it here"
            )
          ];
    in
    capped "mode" modes
    ++ capped "default" actions
    ++ (if ceiling < 0 then [ ] else concatLists (genList excess (length rules)));

  both =
    rule: at: parent: subagent:
    if isAttrs parent && isAttrs subagent then rule at parent subagent else [ ];
in
manifest: at: subagent:
both tools (at ++ [ "tools" ]) (manifest.tools or null) (subagent.tools or null)
++ both permissions (at ++ [ "permissions" ]) (manifest.permissions or null) (
  subagent.permissions or null
)
