# context.budget: the share of the window that a conversation may fill.
let
  derived = import ./derived.nix;

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
in
{
  at = [
    "context"
    "budget"
  ];
  default = _: "large";
  order = [
    "small"
    "medium"
    "large"
    "full"
  ];
  choices = {
    small = 25;
    medium = 50;
    large = 75;
    full = 100;
  };

  # With W the window and O the cap on one answer.
  derive =
    facts: percent:
    let
      own = min facts.output (facts.window / 5);
      reserved = facts.fixed.reservedTokens or own;
      room = facts.window - reserved;
    in
    {
      facts = {
        inherit percent room;
        usable = max 0 (room * percent / 100);
      };
      values.context.compaction.reservedTokens = derived "R = min(model.maxOutputTokens, model.contextWindowTokens / 5)" own;
    };
}
