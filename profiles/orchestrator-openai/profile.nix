{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "orchestrator-openai";
  description = "The orchestrator and its subagents on OpenAI models";
  imports = [ insomnia.insomniaProfiles.orchestrator ];

  model.ref = mkDefault "openai/gpt-6.2-sol";
  subagents = {
    explorer.model.ref = mkDefault "openai/gpt-6-luna";
    verifier.model.ref = mkDefault "openai/gpt-6.2-sol";
  };
}
