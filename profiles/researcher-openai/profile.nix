{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "researcher-openai";
  description = "The researcher on an OpenAI model";
  imports = [ insomnia.insomniaProfiles.researcher ];

  model.ref = mkDefault "openai/gpt-6.2-sol";
}
