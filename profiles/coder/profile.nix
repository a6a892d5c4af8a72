{ insomnia }:
let
  inherit (insomnia.lib) secrets;

  deny =
    reason: patterns:
    map (pattern: {
      tool = "bash";
      action = "deny";
      inherit pattern reason;
    }) patterns;

  ask =
    reason: patterns:
    map (pattern: {
      tool = "bash";
      action = "ask";
      inherit pattern reason;
    }) patterns;

  # Whole commands only: a pattern with a star at its end would also allow what
  # a shell puts behind the command.
  allow =
    patterns:
    map (pattern: {
      tool = "bash";
      action = "allow";
      inherit pattern;
    }) patterns;
in
insomnia.lib.mkProfile {
  name = "coder";
  description = "Changes code in the workspace, runs its tests, asks before anything that leaves it";
  role = "coder";
  imports = [ ../base.nix ];

  model = {
    ref = "anthropic/claude-sonnet-5-5";
    auth = secrets.ref "anthropic.api.default";
  };
  prompts.system = builtins.readFile ./prompt.md;

  autonomy = "edits";
  toolPolicy = "workspace";

  # A quarter of a window of a million tokens is a long conversation already;
  # more makes each turn slow and dear.
  context.budget = "small";
  compaction = "balanced";
  pruning = "balanced";
  retention = "30d";

  permissions.rules =
    deny "It destroys more than the workspace can bring back" [
      "rm -rf /"
      "rm -rf /*"
      "rm -rf ~"
      "rm -rf ~/*"
      "rm -rf .git"
      "rm -rf .git/*"
      "mkfs*"
      "dd *of=/dev/*"
      "chmod -R 777 *"
    ]
    ++ deny "It rewrites or discards history that others may build on" [
      "git push --force*"
      "git push -f*"
      "git push * --force*"
      "git push * -f*"
      "git push --mirror*"
      "git push --delete*"
      "git push * --delete*"
      "git filter-branch*"
    ]
    ++ deny "An agent has no business with the rights of another user" [
      "sudo *"
      "su *"
      "doas *"
    ]
    ++ deny "What is downloaded is read before it is run" [
      "curl *|bash*"
      "curl *| bash*"
      "curl *|sh*"
      "curl *| sh*"
      "curl *|sudo*"
      "curl *| sudo*"
      "wget *|bash*"
      "wget *| bash*"
      "wget *|sh*"
      "wget *| sh*"
      "wget *|sudo*"
      "wget *| sudo*"
    ]
    ++ ask "It discards work that may not be committed" [
      "git reset --hard*"
      "git checkout -- *"
      "git restore *"
      "git clean *"
      "git stash drop*"
      "git stash clear*"
      "git branch -D *"
    ]
    ++ ask "It leaves this machine" [
      "git push*"
      "gh *"
      "npm publish*"
      "cargo publish*"
      "docker push*"
      "ssh *"
      "scp *"
    ]
    ++ allow [
      "git status"
      "git status --short"
      "git diff"
      "git diff --staged"
      "git log --oneline -20"
      "git branch --show-current"
    ];
}
