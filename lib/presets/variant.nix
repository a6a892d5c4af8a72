# variant: the trade between cost, speed and depth.
let
  derived = import ./derived.nix;

  max = a: b: if a > b then a else b;
in
{
  at = [ "variant" ];
  default = _: "standard";
  order = [
    "standard"
    "cheap"
    "fast"
  ];
  choices = {
    standard = {
      effort = "medium";
      output = 100;
      turns = 200;
      wall = 14400;
    };
    cheap = {
      effort = "low";
      output = 50;
      turns = 100;
      wall = 7200;
      cost = 200;
    };
    fast = {
      effort = "low";
      output = 25;
      turns = 60;
      wall = 1800;
    };
  };

  # How much of the model's longest answer is asked for.
  share = choice: cap: max 1 (cap * choice.output / 100);

  derive =
    facts: choice:
    let
      delegates = facts.subagents != { } || facts.toolPolicy == "delegate";
    in
    {
      values = {
        profile.variant = derived "the variant itself" facts.variant;
        model.effort = derived "standard: medium; cheap, fast: low; none without reasoning" (
          if facts.reasoning then choice.effort else "none"
        );
        limits = {
          maxTurns = derived "standard: 200; cheap: 100; fast: 60" choice.turns;
          maxWallSeconds = derived "standard: 14400; cheap: 7200; fast: 1800" choice.wall;
          maxSubagents = derived "4 with subagents or the tool policy delegate, else 0" (
            if delegates then 4 else 0
          );
          maxDepth = derived "1 with subagents or the tool policy delegate, else 0" (
            if delegates then 1 else 0
          );
        }
        // (if choice ? cost then { maxCostCents = derived "cheap: 200; else none" choice.cost; } else { });
      };
    };
}
