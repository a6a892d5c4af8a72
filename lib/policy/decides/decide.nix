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
    head
    tail
    ;
  inherit (manifest) permissions tools;

  command = import ./command.nix;
  path = import ./path.nix;
  address = import ./address.nix;
  name = import ./name.nix;
  fileGlob = import ../../permission/fileGlob.nix;

  about = import ../../reach/covers.nix "tool";

  offered =
    tool:
    !(any (named: about named tool) tools.deny)
    && (tools.default == "allow" || any (named: about named tool) tools.allow);

  # Rules about this tool deny and ask about calls of another, too.
  akin = {
    edit = [ "write" ];
    write = [ "edit" ];
    grep = [ "read" ];
    glob = [ "read" ];
  };
  akinTo = call: akin.${call.tool} or [ ];

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
    action: names:
    filter (rule: rule.action == action && any (about rule.tool) names) permissions.rules;

  # Whether a rule about one of these tools, with this action, decides: true, false, or
  # null if that is not certain.
  ruled =
    call: action: names:
    let
      answers = map (rule: matches (action != "allow") call rule.pattern) (rulesOf action names);
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
      names = [ call.tool ] ++ akinTo call;
      restricting = rulesOf "deny" names ++ rulesOf "ask" names;
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

  # What the sandbox lets no program read, as far as it is certain: "deny", null, or
  # "allow" where nothing is said against the call.
  kept =
    call:
    let
      answers = builtins.concatMap (glob: map (one: path.matches one call.path) (fileGlob glob).globs) (
        manifest.sandbox.denyRead or [ ]
      );
    in
    if call.tool != "read" && call.tool != "grep" then
      "allow"
    else if elem true answers then
      "deny"
    else if elem null answers then
      null
    else
      "allow";

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

  # The first of the actions whose rules decide, else what is left; null if one of them
  # may decide.
  first =
    call: names: left: actions:
    let
      action = head actions;
      answer = ruled call action names;
    in
    if actions == [ ] then
      left
    else if answer == true then
      action
    else if answer == null then
      null
    else
      first call names left (tail actions);

  # What another tool's rules restrict, and never make freer.
  stricter =
    a: b:
    if a == "deny" || b == "deny" then
      "deny"
    else if a == null || b == null then
      null
    else if a == "ask" || b == "ask" then
      "ask"
    else
      "allow";

  decided =
    call:
    stricter
      (first call [ call.tool ] (unruled call) [
        "deny"
        "ask"
        "allow"
      ])
      (
        first call (akinTo call) "allow" [
          "deny"
          "ask"
        ]
      );
in
call:
let
  certain = certainOf call;
  found = decided call;
in
if !(offered call.tool) then
  "deny"
else if certain == "nothing" then
  null
else if certain == "deny" then
  if ruled call "deny" [ call.tool ] == true then "deny" else null
else
  stricter (kept call) (if found != "deny" && reachesFurther call then null else found)
