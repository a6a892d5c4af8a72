{ insomnia }:
insomnia.lib.mkProfile {
  name = "own";
  imports = [ insomnia.insomniaProfiles.reviewer ];
  mcpServers.tickets = {
    command = "tickets-mcp";
    args = [
      "--project"
      "log in"
    ];
    env.TOKEN = insomnia.lib.secrets.ref "tickets.token";
  };
}
