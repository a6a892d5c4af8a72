# A profile that fits the schema and breaks rules, directly and through presets.
{ insomnia }:
insomnia.lib.mkProfile {
  name = "rules";
  model = {
    ref = "acme/one";
    wireApi = "openai-chat";
    contextWindowTokens = 100000;
    maxOutputTokens = 10000;
    thinkingBudgetTokens = 10000;
  };
  toolPolicy = "read-only";
  mcpServers.git = { };
  skills.review.description = "Reviews";
  subagents.writer = {
    description = "Writes";
    prompts.system = "Write.";
    tools.allow = [ "write" ];
    permissions.mode = "bypass";
  };
  overrides.context.compaction.requestThresholdTokens = 99999;
}
