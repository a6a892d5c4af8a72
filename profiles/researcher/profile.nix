{ insomnia }:
let
  inherit (insomnia.lib) secrets;

  allow = tool: {
    inherit tool;
    action = "allow";
  };
  deny = tool: {
    inherit tool;
    action = "deny";
    reason = "The researcher looks things up; it runs and changes nothing";
  };
in
insomnia.lib.mkProfile {
  name = "researcher";
  description = "Answers questions from the web and the workspace, with sources; no shell, no edits";
  role = "researcher";
  imports = [ ../base.nix ];

  model = {
    ref = "anthropic/claude-sonnet-5-5";
    auth = secrets.ref "anthropic.api.default";
  };
  prompts.system = builtins.readFile ./prompt.md;

  autonomy = "ask";
  toolPolicy = "research";
  web.preset = "live";

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
  permissions.rules =
    map allow [
      "read"
      "grep"
      "glob"
      "skill"
      "websearch"
      "webfetch"
    ]
    ++ map deny [
      "edit"
      "write"
      "bash"
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
