# What holds for all of your roles.
{
  retention = "30d";

  prompts.append = [
    "Answer in short sentences, and name files with their lines."
  ];
}
