# What the team adds for all its roles: its tracker, to read from.
{ insomnia }:
{
  imports = [ ./company.nix ];

  mcpServers.tracker = {
    type = "http";
    url = "https://tracker.example.org/mcp";
    headers.Authorization = insomnia.lib.secrets.ref "tracker.api.read";
    enabledTools = [
      "get_issue"
      "search_issues"
    ];
  };

  permissions.rules = [
    {
      tool = "mcp__tracker__*";
      action = "allow";
    }
  ];

  prompts.append = [
    "Issues are in the tracker; quote their key (ABC-123) wherever a change or a finding is about one."
  ];
}
