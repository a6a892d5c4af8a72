/**
  What the guard would decide about a call, as far as it is certain: the strictest rule
  that matches, else what mode and default make of it.

  # Inputs

  `manifest`
  : the manifest
  `call`
  : `{ tool; }` and what calls.nix knows of it

  # Type

  ```
  decide :: Manifest -> Call -> "allow" | "ask" | "deny" | null
  ```
*/
manifest:
let
  inherit (builtins)
    any
    elem
    filter
    stringLength
    substring
    ;
  inherit (manifest) permissions tools;

  command = import ./command.nix;
  path = import ./path.nix;
  address = import ./address.nix;
  name = import ./name.nix;

  about =
    named: tool:
    let
      start = stringLength named - 1;
    in
    if start >= 0 && substring start 1 named == "*" then
      substring 0 start tool == substring 0 start named
    else
      named == tool;

  offered =
    tool:
    !(any (named: about named tool) tools.deny)
    && (tools.default == "allow" || any (named: about named tool) tools.allow);

  # Rules about one of these deny and ask about a tool, too.
  restrictingOf =
    tool:
    if tool == "edit" || tool == "write" then
      [
        "edit"
        "write"
      ]
    else if tool == "grep" || tool == "glob" then
      [
        tool
        "read"
      ]
    else
      [ tool ];

  certainOf =
    call:
    if call ? command then
      command.certain call.command
    else if
      (!(call ? path) || path.certain call.path)
      && (!(call ? url) || address.certain call.url)
      && (!(call ? name) || name.certain call.name)
    then
      "all"
    else
      "nothing";

  matches =
    restricts: call: pattern:
    if pattern == "*" then
      true
    else if call ? command then
      command.matches { inherit restricts; } pattern call.command
    else if call ? path then
      path.matches pattern call.path
    else if call ? url then
      address.matches pattern call.url
    else if call ? name then
      name.matches pattern call.name
    else
      null;

  rulesOf =
    action: names: filter (rule: rule.action == action && any (about rule.tool) names) permissions.rules;

  # Whether a rule with this action decides: true, false, or null if that is not certain.
  ruled =
    call: action:
    let
      restricts = action != "allow";
      named = if restricts then restrictingOf call.tool else [ call.tool ];
      answers = map (rule: matches restricts call rule.pattern) (rulesOf action named);
    in
    if elem true answers then
      true
    else if elem null answers then
      null
    else
      false;

  # Whether a rule that denies or asks may be about more than the call itself: a command
  # in an argument, or a file below the directory that is searched.
  reachesFurther =
    call:
    let
      restricting = rulesOf "deny" (restrictingOf call.tool) ++ rulesOf "ask" (restrictingOf call.tool);
      single = filter (rule: rule.pattern != "*") restricting;
    in
    if call ? command then
      any (
        argument: any (rule: matches true { command = argument; } rule.pattern != false) single
      ) (command.within call.command)
    else
      elem call.tool [
        "grep"
        "glob"
      ]
      && single != [ ];

  changes = call: elem call.tool [ "edit" "write" ];

  unruled =
    call:
    let
      inherit (permissions) default mode;
    in
    if mode == "acceptEdits" && changes call && default != "deny" && path.inWorkspace call.path then
      "allow"
    else if mode == "plan" && changes call then
      "deny"
    else if mode == "plan" && call.tool == "bash" && default == "allow" then
      "ask"
    else if mode == "bypass" && default == "ask" then
      "allow"
    else if default == "allow" || default == "ask" then
      default
    else
      "deny";

  byRules =
    call: actions:
    let
      action = builtins.head actions;
      answer = ruled call action;
    in
    if actions == [ ] then
      unruled call
    else if answer == true then
      action
    else if answer == null then
      null
    else
      byRules call (builtins.tail actions);
in
call:
let
  certain = certainOf call;
in
if !(offered call.tool) then
  "deny"
else if certain == "nothing" then
  null
else if certain == "deny" then
  if ruled call "deny" == true then "deny" else null
else if reachesFurther call && ruled call "deny" != true then
  null
else
  byRules call [
    "deny"
    "ask"
    "allow"
  ]
