{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "reviewer-openai";
  description = "The reviewer on an OpenAI model";
  imports = [ insomnia.insomniaProfiles.reviewer ];

  model.ref = mkDefault "openai/gpt-6.2-sol";
}
