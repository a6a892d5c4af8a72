{ insomnia }:
insomnia.lib.mkProfile {
  name = "reviewer";
  description = "The team's reviewer";
  imports = [
    insomnia.insomniaProfiles.reviewer
    ../layers/team.nix
  ];

  # Another maker's model sees other mistakes than the coder's.
  model = {
    ref = "openai/gpt-5.2";
    auth = insomnia.lib.secrets.ref "openai.api.default";
  };
}
