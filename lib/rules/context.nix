# rule-compaction-order and rule-pruning: the token counts fit together and into the window.
let
  inherit (builtins) isBool isInt;
  get = import ./get.nix;
in
manifest:
let
  compaction = field: [
    "context"
    "compaction"
    field
  ];
  pruning = field: [
    "context"
    "pruning"
    field
  ];
  number = path: get isInt path manifest;

  retained = number (compaction "retainedTokens");
  threshold = number (compaction "thresholdTokens");
  request = number (compaction "requestThresholdTokens");
  reserved = number (compaction "reservedTokens");
  window = number [
    "model"
    "contextWindowTokens"
  ];
  protected = number (pruning "protectedTokens");
  savings = number (pruning "minSavingsTokens");

  order = at: message: expected: hint: [
    {
      code = "rule-compaction-order";
      inherit
        at
        message
        expected
        hint
        ;
    }
  ];
in
(
  if retained != null && threshold != null && retained >= threshold then
    order (compaction "retainedTokens")
      "must be less than thresholdTokens (${toString threshold}), got ${toString retained}"
      "less than thresholdTokens"
      "lower retainedTokens or raise thresholdTokens"
  else
    [ ]
)
++ (
  if threshold != null && request != null && threshold >= request then
    order (compaction "thresholdTokens")
      "must be less than requestThresholdTokens (${toString request}), got ${toString threshold}"
      "less than requestThresholdTokens"
      "lower thresholdTokens or raise requestThresholdTokens"
  else
    [ ]
)
++ (
  if request != null && reserved != null && window != null && request > window - reserved then
    order (compaction "requestThresholdTokens")
      "${toString request} tokens do not fit into a window of ${toString window} with ${toString reserved} reserved"
      "at most ${toString (window - reserved)}"
      "lower requestThresholdTokens or reservedTokens"
  else
    [ ]
)
++ (
  if get isBool (pruning "enabled") manifest != true || threshold == null || protected == null then
    [ ]
  else if protected >= threshold then
    [
      {
        code = "rule-pruning";
        at = pruning "protectedTokens";
        message = "with ${toString protected} protected tokens, compaction at ${toString threshold} comes before any pruning";
        expected = "less than context.compaction.thresholdTokens";
        hint = "lower protectedTokens";
      }
    ]
  else if savings != null && savings > threshold - protected then
    [
      {
        code = "rule-pruning";
        at = pruning "minSavingsTokens";
        message = "${toString savings} tokens can never be saved: there are ${
          toString (threshold - protected)
        } between protectedTokens and the threshold";
        expected = "at most ${toString (threshold - protected)}";
        hint = "lower minSavingsTokens or protectedTokens";
      }
    ]
  else
    [ ]
)
