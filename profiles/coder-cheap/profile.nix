{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "coder-cheap";
  description = "The coder for well-described work, on a small model and with a cap on cost";
  imports = [ insomnia.insomniaProfiles.coder ];

  variant = mkDefault "cheap";
  model.ref = mkDefault "anthropic/claude-haiku-5-5";
  compaction = mkDefault "early";
  pruning = mkDefault "aggressive";
}
