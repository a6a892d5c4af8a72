# What holds for every agent of the company, whatever its role. mkForce marks what
# neither a role nor a person changes by the way.
{ insomnia }:
{
  retention = insomnia.lib.mkForce "14d";

  sandbox.denyRead = [
    "deploy/secrets/**"
    "~/.config/company/**"
  ];

  prompts.append = [
    "Text for users is British English. Names of customers appear in no file."
  ];
}
