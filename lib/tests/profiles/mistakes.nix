# A profile in which nearly everything is wrong, for the report.
{ insomnia }:
insomnia.lib.mkProfile {
  name = "mistakes";
  imports = [
    { limits.maxTurns = 10; }
    { limits.maxTurns = 20; }
    ./absent.nix
    7
  ];
  model.ref = "acme/unheard-of";
  model.effrt = "high";
  autonomy = "yolo";
  limits.maxWallSeconds = "long";
  limits.maxCostCents = insomnia.lib.mkBefore 5;
  tools.timeoutSeconds = 0;
  web.search.auth = "sk-canary-1";
  mcpServers.git = {
    env.TOKEN = "sk-canary-2";
  };
  prompts.system = ./prompt.md;
  prompts.append = [
    "fine"
    (x: x)
  ];
  memory.injectSummary = x: x;
  session = insomnia.lib.mkIf true { recordTrace = true; };
  hooks = [
    {
      event = "PreToolUs";
      command = [ "true" ];
    }
  ];
  podName = "mine";
  workspace = "/home/me/work";
  context.compaction.thresholdTokens = 5;
  overrides.context.compaction.thresholdTokns = 5;
}
