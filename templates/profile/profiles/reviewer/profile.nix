# The built-in reviewer with a prompt of our own, kept in a file beside this one.
{ insomnia }:
insomnia.lib.mkProfile {
  name = "reviewer";
  imports = [ insomnia.insomniaProfiles.reviewer ];

  description = "Reads changes and reports what is wrong with them";
  prompts.system = builtins.readFile ./prompt.md;
}
