# Policies: what must hold for a manifest whatever its profile says. Each is a
# function from a manifest to the problems that it finds, and has a name.
{
  make = import ./make.nix;

  # What the agent can do
  cannotWrite = import ./cannotWrite.nix;
  cannotWriteExcept = import ./cannotWriteExcept.nix;
  noShell = import ./noShell.nix;
  noDelegation = import ./noDelegation.nix;
  maxAutonomy = import ./maxAutonomy.nix;
  requireDeny = import ./requireDeny.nix;
  requireDenyRead = import ./requireDenyRead.nix;
  decides = import ./decides.nix;

  # What it can reach
  noWeb = import ./noWeb.nix;
  noNetwork = import ./noNetwork.nix;
  onlyMcpServers = import ./onlyMcpServers.nix;
  noSecrets = import ./noSecrets.nix;
  onlySecrets = import ./onlySecrets.nix;

  # What it costs and leaves behind
  modelIn = import ./modelIn.nix;
  maxCostCents = import ./maxCostCents.nix;
  maxRetentionDays = import ./maxRetentionDays.nix;
}
