# The built-in coder with our own habits. What is not set here is inherited.
{ insomnia }:
insomnia.lib.mkProfile {
  name = "coder";
  imports = [ insomnia.insomniaProfiles.coder ];

  description = "Writes code here, and asks before it runs commands";
  autonomy = "edits";
  context.budget = "large";
  retention = "30d";

  prompts.append = [
    "Run the tests of what you changed before you say that it works."
  ];
}
