{ insomnia }:
let
  inherit (insomnia.lib) mkDefault;

  rules = tool: action: patterns: map (pattern: { inherit tool action pattern; }) patterns;
  because = reason: map (rule: rule // { inherit reason; });

  deny = reason: patterns: because reason (rules "bash" "deny" patterns);
  ask = reason: patterns: because reason (rules "bash" "ask" patterns);
  allow = rules "bash" "allow";

  # The guard reads -rf as -r -f, and a path as it leads from the workspace too, so
  # that one spelling of each target is enough.
  removing =
    targets:
    builtins.concatMap (target: [
      "rm* ${target}"
      "rm* ${target} *"
    ]) targets;

  pushing = map (argument: "git push* ${argument}*");

  piping =
    sources: interpreters:
    builtins.concatMap (
      source: map (interpreter: "${source} * | ${interpreter}") interpreters
    ) sources;

  # What only looks, with any arguments.
  looking =
    commands:
    builtins.concatMap (command: [
      command
      "${command} *"
    ]) commands;
in
insomnia.lib.mkProfile {
  name = "coder";
  description = "Changes code in the workspace, runs its tests, asks before anything that leaves it";
  role = "coder";
  imports = [ ../base.nix ];

  model.ref = mkDefault "anthropic/claude-sonnet-5-5";
  prompts.system = builtins.readFile ./prompt.md;

  autonomy = mkDefault "edits";
  toolPolicy = "workspace";

  # Where builds download from and where the code comes from, and no other host.
  sandbox.allowedDomains = [
    "@packages"
    "@git-remotes"
  ];

  # A quarter of a window of a million tokens is a long conversation already;
  # more makes each turn slow and dear.
  context.budget = mkDefault "small";
  compaction = mkDefault "balanced";
  pruning = mkDefault "balanced";
  retention = mkDefault "30d";

  permissions.rules =
    rules "read" "allow" [ "**" ]
    ++ rules "grep" "allow" [ "**" ]
    ++ rules "glob" "allow" [ "**" ]
    ++ rules "skill" "allow" [ "*" ]
    ++ deny "It destroys more than the workspace can bring back" (
      removing [
        "/"
        "/\\*"
        "~"
        "~/\\*"
        "."
        "\\*"
        ".git"
        ".git/\\*"
      ]
      ++ [
        "mkfs*"
        "dd* of=/dev/*"
        "chmod* -R* 777 *"
        "chmod 777 -R*"
      ]
    )
    ++ deny "It rewrites or discards history that others may build on" (
      pushing [
        "-f"
        "--force"
        "+"
        "-d"
        "--de"
        "--m"
        "--pru"
        "\\:"
      ]
      ++ [
        "git filter-branch*"
        "git filter-repo*"
      ]
    )
    ++ deny "An agent has no business with the rights of another user" [
      "sudo *"
      "sudoedit *"
      "su"
      "su *"
      "doas *"
      "pkexec *"
      "run0 *"
    ]
    ++ deny "What is downloaded is read before it is run" (
      piping
        [
          "curl"
          "wget"
        ]
        [
          "sh"
          "sh *"
          "bash*"
          "dash*"
          "zsh*"
          "python*"
          "perl*"
          "ruby*"
          "node*"
        ]
    )
    ++ because "Git runs what its configuration and its hooks name" (
      rules "edit" "ask" [
        "**/.git/**"
        # With objects and refs it makes the workspace a repository by itself.
        "./HEAD"
      ]
    )
    ++ ask "It discards work that may not be committed" [
      "git reset* --h*"
      "git checkout* -- *"
      "git checkout* ."
      "git checkout* -f*"
      "git checkout* --force*"
      "git switch* -f*"
      "git switch* --force*"
      "git switch* --discard-changes*"
      "git restore *"
      "git clean*"
      "git stash drop*"
      "git stash clear*"
      "git branch* -D*"
      "git worktree remove*"
    ]
    ++ ask "It leaves this machine" [
      "git push*"
      "gh *"
      "glab *"
      "npm publish*"
      "pnpm publish*"
      "yarn publish*"
      "cargo publish*"
      "twine upload*"
      "docker push*"
      "podman push*"
      "ssh *"
      "scp *"
      "sftp *"
    ]
    ++ allow (
      looking [
        "git status"
        "git diff"
        "git log"
        "git show"
        "ls"
      ]
      ++ [
        "git branch"
        "git branch -a"
        "git branch --show-current"
        "git remote -v"
        "git stash list"
      ]
    );
}
