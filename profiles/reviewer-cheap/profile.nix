{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "reviewer-cheap";
  description = "The reviewer as a first reader, on a small model and with a cap on cost";
  imports = [ insomnia.insomniaProfiles.reviewer ];

  variant = mkDefault "cheap";
  model = {
    ref = mkDefault "anthropic/claude-haiku-5-5";
    effort = mkDefault "medium";
  };
  context.budget = mkDefault "small";
}
