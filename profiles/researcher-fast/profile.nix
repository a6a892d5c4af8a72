{ insomnia }:
insomnia.lib.mkProfile {
  name = "researcher-fast";
  description = "The researcher for a quick look: cached search, few turns";
  imports = [ ../researcher/layer.nix ];

  variant = "fast";
  model.ref = "anthropic/claude-haiku-5-5";
  context.budget = "small";
  web.preset = "cached";
}
