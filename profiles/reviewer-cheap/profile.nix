{ insomnia }:
insomnia.lib.mkProfile {
  name = "reviewer-cheap";
  description = "The reviewer as a first reader, on a small model and with a cap on cost";
  imports = [ insomnia.insomniaProfiles.reviewer ];

  variant = "cheap";
  model = {
    ref = "anthropic/claude-haiku-5-5";
    effort = "medium";
  };
  context.budget = "small";
}
