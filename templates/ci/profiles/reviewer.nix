# The built-in reviewer, for pull requests.
{ insomnia }:
insomnia.lib.mkProfile {
  name = "reviewer";
  imports = [ insomnia.insomniaProfiles.reviewer ];

  description = "Reviews pull requests and reports what is wrong with them";
  limits.maxTurns = 50;
}
