# Ada's coder: the team's, asking more and answering in her language.
{ insomnia }:
insomnia.lib.mkProfile {
  name = "ada-coder";
  imports = [ ../roles/coder.nix ];

  autonomy = "ask";
  prompts.language = "de";

  # Her laptop is slow at long conversations.
  overrides.context.compaction.thresholdTokens = 120000;
}
