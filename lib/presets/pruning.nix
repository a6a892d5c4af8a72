# pruning: how eagerly old tool results are dropped, as shares of the compaction threshold T.
let
  derived = import ./derived.nix;
in
{
  at = [ "pruning" ];
  default = _: "balanced";
  order = [
    "off"
    "gentle"
    "balanced"
    "aggressive"
  ];
  choices = {
    off = {
      enabled = false;
      protected = 0;
      savings = 0;
    };
    gentle = {
      enabled = true;
      protected = 50;
      savings = 10;
    };
    balanced = {
      enabled = true;
      protected = 30;
      savings = 5;
    };
    aggressive = {
      enabled = true;
      protected = 15;
      savings = 2;
    };
  };

  derive = facts: choice: {
    values.context.pruning = {
      enabled = derived "true, or false for the preset off" choice.enabled;
      protectedTokens = derived "T * ${toString choice.protected}%" (
        facts.threshold * choice.protected / 100
      );
      minSavingsTokens = derived "T * ${toString choice.savings}%" (
        facts.threshold * choice.savings / 100
      );
    };
  };
}
