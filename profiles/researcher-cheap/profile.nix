{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "researcher-cheap";
  description = "The researcher for many small questions, on a small model and with a cap on cost";
  imports = [ insomnia.insomniaProfiles.researcher ];

  variant = mkDefault "cheap";
  model.ref = mkDefault "anthropic/claude-haiku-5-5";
  context.budget = mkDefault "small";
}
