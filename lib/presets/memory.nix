# memory.preset: what is remembered, and for whom.
let
  derived = import ./derived.nix;

  max = a: b: if a > b then a else b;
in
{
  at = [
    "memory"
    "preset"
  ];
  default = _: "off";
  order = [
    "off"
    "session"
    "project"
    "user"
  ];
  choices = {
    off = {
      enabled = false;
      scope = "project";
      injectSummary = false;
    };
    session = {
      enabled = true;
      scope = "local";
      injectSummary = false;
    };
    project = {
      enabled = true;
      scope = "project";
      injectSummary = true;
    };
    user = {
      enabled = true;
      scope = "user";
      injectSummary = true;
    };
  };

  derive = facts: choice: {
    values.memory = {
      enabled = derived "false for off, else true" choice.enabled;
      scope = derived "session: local; user: user; else project" choice.scope;
      injectSummary = derived "true for project and user" choice.injectSummary;
    }
    // (
      if choice.enabled then
        {
          extractThresholdTokens = derived "T / 2, T = context.compaction.thresholdTokens" (
            max 1 (facts.threshold / 2)
          );
        }
      else
        { }
    );
  };
}
