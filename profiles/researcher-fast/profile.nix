{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;
in
insomnia.lib.mkProfile {
  name = "researcher-fast";
  description = "The researcher for a quick look: cached search, few turns";
  imports = [ ../researcher/layer.nix ];

  variant = mkDefault "fast";
  model.ref = mkDefault "anthropic/claude-haiku-5-5";
  context.budget = mkDefault "small";
  web.preset = "cached";
}
