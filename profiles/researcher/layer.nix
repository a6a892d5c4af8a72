# What the researcher and its variants share: all but the pages that it loads.
{ insomnia }:
let
  inherit (insomnia.lib) secrets;

  allow = tool: {
    inherit tool;
    action = "allow";
  };
in
{
  role = "researcher";
  imports = [ ../base.nix ];

  model = {
    ref = "anthropic/claude-sonnet-5-5";
    auth = secrets.ref "anthropic.api.default";
  };
  prompts.system = builtins.readFile ./prompt.md;

  autonomy = "ask";
  toolPolicy = "research";

  # Pages are large and mostly read once: drop them soon, summarize early.
  context.budget = "medium";
  compaction = "early";
  pruning = "aggressive";
  retention = "90d";

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
