# What every role of this project shares.
{
  prompts.append = [
    "Run the tests of what you changed before you say that it works."
  ];

  sandbox.denyRead = [
    ".env"
    "secrets/**"
  ];
}
