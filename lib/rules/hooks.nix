# The rules of hooks: a matcher names tools if the event is about one, and a hook that can
# refuse may not run in the background.
let
  inherit (builtins)
    concatLists
    concatMap
    elem
    elemAt
    filter
    genList
    hasContext
    isAttrs
    isList
    isString
    length
    match
    split
    stringLength
    ;
  name = "[A-Za-z][A-Za-z0-9_.-]*[*]?";
  events = (import ../validate/manifestNode.nix).props.hooks.items.props.event.raw.enum;
  aboutTool = [
    "PreToolUse"
    "PostToolUse"
    "PermissionRequest"
  ];
  guards = [
    "PreToolUse"
    "UserPromptSubmit"
    "PermissionRequest"
  ];
  isMatcher =
    text:
    isString text
    && stringLength text <= 512
    && !(hasContext text)
    && match "[*]|${name}([|]${name})*" text != null;
in
permissions: hooks:
let
  judge =
    n:
    let
      hook = elemAt hooks n;
      event = hook.event or null;
      matcher = hook.matcher or null;
      at =
        field:
        [
          "hooks"
          n
          field
        ];
    in
    if !(isAttrs hook) || !(isString event) || !(elem event events) then
      [ ]
    else
      (
        if matcher == "*" || !(isMatcher matcher) then
          [ ]
        else if elem event aboutTool then
          concatMap (permissions.tool (at "matcher")) (filter isString (split "[|]" matcher))
        else
          [
            {
              code = "rule-hook-matcher";
              at = at "matcher";
              message = "${event} has no tool to match";
              expected = "*";
              hint = "remove matcher";
            }
          ]
      )
      ++ (
        if hook.async or null == true && elem event guards then
          [
            {
              code = "rule-hook-async";
              at = at "async";
              message = "a hook at ${event} can refuse only while the session waits for it";
              expected = "false";
              hint = "remove async, or move the command to PostToolUse";
            }
          ]
        else
          [ ]
      );
in
if isList hooks then concatLists (genList judge (length hooks)) else [ ]
