# compaction: how soon the conversation is summarized, within the budget.
let
  derived = import ./derived.nix;

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
in
{
  at = [ "compaction" ];
  default = _: "balanced";
  order = [
    "off"
    "early"
    "balanced"
    "late"
  ];
  choices = {
    off = {
      strategy = "off";
      threshold = 90;
      retained = 30;
    };
    early = {
      strategy = "summarize";
      threshold = 60;
      retained = 20;
    };
    balanced = {
      strategy = "summarize";
      threshold = 75;
      retained = 25;
    };
    late = {
      strategy = "summarize";
      threshold = 90;
      retained = 30;
    };
  };

  # A number that `overrides` fixes moves those that follow from it, so that one
  # override does not break the order that the numbers must keep.
  derive =
    facts: choice:
    let
      inherit (facts) fixed usable room;

      ownThreshold = max 1 (usable * choice.threshold / 100);
      threshold = fixed.thresholdTokens or ownThreshold;
      ceiling = if threshold < usable then usable else room;
      # Never beyond the room: a threshold too high is then at fault, and is what is reported.
      requestThreshold = max 1 (min room (threshold + max 1 ((ceiling - threshold) / 2)));
      ownRetained = threshold * choice.retained / 100;
      retained = fixed.retainedTokens or ownRetained;
      summaryMax = max 1 (min retained (min 8192 (max 256 (threshold / 20))));
    in
    {
      facts = {
        inherit threshold;
      };
      values.context.compaction = {
        strategy = derived "summarize, or off for the preset off" choice.strategy;
        thresholdTokens = derived "T = U * ${toString choice.threshold}%, U = (model.contextWindowTokens - R) * ${toString facts.percent}%" ownThreshold;
        requestThresholdTokens = derived "Q = T + (U - T) / 2; towards model.contextWindowTokens - R when an override puts T at U or above" requestThreshold;
        retainedTokens = derived "T * ${toString choice.retained}%" ownRetained;
        summaryMaxTokens = derived "T / 20, between 256 and 8192, at most retainedTokens" summaryMax;
      };
    };
}
