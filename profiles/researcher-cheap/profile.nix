{ insomnia }:
insomnia.lib.mkProfile {
  name = "researcher-cheap";
  description = "The researcher for many small questions, on a small model and with a cap on cost";
  imports = [ insomnia.insomniaProfiles.researcher ];

  variant = "cheap";
  model.ref = "anthropic/claude-haiku-5-5";
  context.budget = "small";
}
