{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "coder-openai";
  description = "The coder on an OpenAI model";
  imports = [ insomnia.insomniaProfiles.coder ];

  model.ref = mkDefault "openai/gpt-6.2-sol";
}
