# What the researcher and its variants share: all but the pages that it loads.
{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;

  allow = tool: {
    inherit tool;
    action = "allow";
  };
in
{
  role = "researcher";
  imports = [ ../base.nix ];

  model.ref = mkDefault "anthropic/claude-sonnet-5-5";
  prompts.system = builtins.readFile ./prompt.md;

  autonomy = mkDefault "ask";
  toolPolicy = "research";

  # Pages are large and mostly read once: drop them soon, summarize early.
  context.budget = mkDefault "medium";
  compaction = mkDefault "early";
  pruning = mkDefault "aggressive";
  retention = mkDefault "90d";

  tools.deny = [
    "edit"
    "write"
    "bash"
  ];
  permissions.rules = map allow [
    "read"
    "grep"
    "glob"
    "skill"
    "websearch"
  ];
  sandbox.filesystem = "read-only";

  workflows.question = {
    description = "Answer one question from sources";
    prompt = ''
      Question: {{question}}

      What the answer is for: {{purpose}}
    '';
    inputs = [
      {
        name = "question";
        type = "string";
        required = true;
      }
      {
        name = "purpose";
        type = "string";
        default = "not said";
      }
    ];
  };
}
