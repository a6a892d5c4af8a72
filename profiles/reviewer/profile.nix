{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;

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
    ref = mkDefault "anthropic/claude-opus-5-5";
    effort = mkDefault "high";
  };
  prompts.system = builtins.readFile ./prompt.md;

  # Two locks, each enough by itself: the tools are not offered, so that every call
  # of them is denied, and the operating system refuses the write.
  autonomy = mkDefault "observe";
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
  context.budget = mkDefault "medium";
  compaction = mkDefault "late";
  pruning = mkDefault "gentle";
  retention = mkDefault "30d";

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
