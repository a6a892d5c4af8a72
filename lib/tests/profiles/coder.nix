{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder";
  imports = [ ./base.nix ];
  description = "The coder";
  autonomy = "edits";
  prompts.append = [ "coder" ];
  permissions.rules = [
    {
      tool = "edit";
      action = "allow";
    }
  ];
  mcpServers.git = {
    command = "git-mcp";
    env.MODE.value = "quiet";
  };
}
