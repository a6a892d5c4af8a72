{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder";
  role = "coder";
  description = "Changes code in the workspace, runs its tests, asks before anything that leaves it";
  model = {
    ref = "anthropic/claude-sonnet-4-5";
    auth = insomnia.lib.secrets.ref "anthropic.api.default";
  };
  autonomy = "edits";
  tools = {
    default = "deny";
    allow = [
      "read"
      "edit"
      "bash"
      "grep"
    ];
  };
  sandbox = {
    network = "allowlist";
    allowedDomains = [ "pkgs.example.org" ];
    denyRead = [ "**/.env" ];
    inheritEnv = [ "GOPATH" ];
  };
  permissions.rules = [
    {
      tool = "bash";
      pattern = "git push*";
      action = "deny";
      reason = "A person pushes";
    }
    {
      tool = "bash";
      pattern = "git push --force*";
      action = "deny";
      reason = "A person pushes";
    }
    {
      tool = "bash";
      pattern = "go test*";
      action = "allow";
    }
  ];
  mcpServers.tickets = {
    command = "tickets-mcp";
    args = [
      "--project"
      "log in"
    ];
    env.TOKEN = insomnia.lib.secrets.ref "tickets.token";
    required = true;
  };
  hooks = [
    {
      event = "SessionStart";
      command = [
        "git"
        "fetch"
      ];
    }
  ];
}
