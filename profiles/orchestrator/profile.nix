{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;

  # Looking never needs asking; changing is not there to be asked for.
  allow = tool: {
    inherit tool;
    action = "allow";
  };
in
insomnia.lib.mkProfile {
  name = "orchestrator";
  description = "Splits work, delegates the parts, judges what comes back; edits nothing";
  role = "orchestrator";
  imports = [ ../base.nix ];

  model = {
    ref = mkDefault "anthropic/claude-opus-5-5";
    effort = mkDefault "high";
  };
  prompts.system = builtins.readFile ./prompt.md;

  autonomy = mkDefault "ask";
  toolPolicy = "delegate";

  # Reports pile up and are soon spent: summarize early, keep the thread.
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
    "agent"
  ];
  sandbox.filesystem = "read-only";

  subagents = {
    explorer = {
      description = "Finds facts in the workspace: where something is, who uses it, how it is done elsewhere";
      model.ref = mkDefault "anthropic/claude-haiku-5-5";
      prompts.system = builtins.readFile ./explorer.md;
    };
    critic = {
      description = "Attacks a plan, a finding or a work order before anything is built on it";
      model.effort = mkDefault "high";
      prompts.system = builtins.readFile ./critic.md;
    };
    verifier = {
      description = "Checks a finished part against its work order, by reading, with evidence";
      model.ref = mkDefault "anthropic/claude-sonnet-5-5";
      prompts.system = builtins.readFile ./verifier.md;
    };
  };

  workflows.plan = {
    description = "Turn a goal into work orders for coder Pods";
    prompt = ''
      Goal: {{goal}}

      Find out what this needs in the workspace, split it, have the split attacked
      by the critic, and hand back the work orders in the order in which they
      should be given out, each complete in itself.
    '';
    inputs = [
      {
        name = "goal";
        type = "string";
        required = true;
      }
    ];
  };
}
