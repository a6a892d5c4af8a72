{ insomnia }:
let
  inherit (insomnia.lib) secrets;

  allow = tool: {
    inherit tool;
    action = "allow";
  };
in
insomnia.lib.mkProfile {
  name = "reviewer";
  description = "Reads a change and reports what is wrong with it; cannot write or run anything";
  role = "reviewer";
  imports = [ ../base.nix ];

  model = {
    ref = "anthropic/claude-opus-5-5";
    auth = secrets.ref "anthropic.api.default";
    effort = "high";
  };
  prompts.system = builtins.readFile ./prompt.md;

  # Two locks, each enough by itself: the tools are not offered, so that every call
  # of them is denied, and the operating system refuses the write.
  autonomy = "observe";
  toolPolicy = "read-only";
  tools.deny = [
    "edit"
    "write"
    "bash"
    "agent"
  ];
  permissions = {
    default = "deny";
    rules = map allow [
      "read"
      "grep"
      "glob"
      "skill"
    ];
  };
  sandbox.filesystem = "read-only";

  # A review needs the whole change in view; there is little to prune.
  context.budget = "medium";
  compaction = "late";
  pruning = "gentle";
  retention = "30d";

  workflows.review = {
    description = "Review a change that is given as a diff";
    prompt = ''
      What the change is meant to do: {{intention}}

      The change:

      {{diff}}
    '';
    inputs = [
      {
        name = "diff";
        type = "string";
        required = true;
      }
      {
        name = "intention";
        type = "string";
        default = "not said; infer it and say what you took it to be";
      }
    ];
  };
}
