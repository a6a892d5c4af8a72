{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "coder-fast";
  description = "The coder for small changes with someone waiting: little reasoning, short answers";
  imports = [ insomnia.insomniaProfiles.coder ];

  variant = mkDefault "fast";
  # Short conversations are quick ones.
  compaction = mkDefault "early";
}
