{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder-cheap";
  description = "The coder for well-described work, on a small model and with a cap on cost";
  imports = [ insomnia.insomniaProfiles.coder ];

  variant = "cheap";
  model.ref = "anthropic/claude-haiku-5-5";
  compaction = "early";
  pruning = "aggressive";
}
