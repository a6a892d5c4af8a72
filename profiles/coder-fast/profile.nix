{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder-fast";
  description = "The coder for small changes with someone waiting: little reasoning, short answers";
  imports = [ insomnia.insomniaProfiles.coder ];

  variant = "fast";
  # Short conversations are quick ones.
  compaction = "early";
}
