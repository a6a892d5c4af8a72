# rule-output-cap, rule-thinking-budget and rule-model-ref, for a Pod's model and a subagent's.
let
  inherit (builtins)
    elemAt
    isAttrs
    isInt
    isString
    match
    stringLength
    ;
  quote = import ../text/quote.nix;
in
at: model:
let
  typed =
    test: field: if isAttrs model && test (model.${field} or null) then model.${field} else null;
  output = typed isInt "maxOutputTokens";
  window = typed isInt "contextWindowTokens";
  budget = typed isInt "thinkingBudgetTokens";
  ref = typed isString "ref";
  parts = if ref == null || stringLength ref > 200 then null else match "([^/]*)/(.*)" ref;

  agrees =
    field: want:
    let
      value = typed isString field;
    in
    if value == null || value == want then
      [ ]
    else
      [
        {
          code = "rule-model-ref";
          at = at ++ [ field ];
          message = "must match ref ${quote ref}, got ${quote value}";
          expected = quote want;
          hint = "change it, or change ref";
        }
      ];
in
(
  if output != null && window != null && output > window then
    [
      {
        code = "rule-output-cap";
        at = at ++ [ "maxOutputTokens" ];
        message = "must be at most contextWindowTokens (${toString window}), got ${toString output}";
        expected = "at most contextWindowTokens";
        hint = "lower maxOutputTokens";
      }
    ]
  else
    [ ]
)
++ (
  if budget != null && output != null && budget >= output then
    [
      {
        code = "rule-thinking-budget";
        at = at ++ [ "thinkingBudgetTokens" ];
        message = "must be less than maxOutputTokens (${toString output}), got ${toString budget}";
        expected = "less than maxOutputTokens";
        hint = "lower thinkingBudgetTokens or raise maxOutputTokens";
      }
    ]
  else
    [ ]
)
++ (
  if parts == null then [ ] else agrees "provider" (elemAt parts 0) ++ agrees "id" (elemAt parts 1)
)
