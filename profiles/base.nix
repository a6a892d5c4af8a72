# What all built-in roles share: nothing that tells roles apart, only what no
# role should be without.
{ insomnia }:
{
  # The key of whatever provider the model is of.
  keys = insomnia.lib.mkDefault "provider";

  prompts.contextFiles = [ "AGENTS.md" ];

  # Where keys, logins and other people's data lie: those of agent programs and
  # package managers, and all that Insomnia keeps. Globs are matched against paths
  # below the workspace, or from / or ~/ when they begin so.
  sandbox.denyRead = [
    ".env"
    ".env.*"
    "**/.env"
    "**/.env.*"
    "**/*.key"
    "**/*.p12"
    "**/*.pem"
    "**/id_ecdsa"
    "**/id_ed25519"
    "**/id_rsa"
    "~/.*_history"
    "~/.aws/**"
    "~/.azure/**"
    "~/.cache/huggingface/token"
    "~/.cargo/credentials*"
    "~/.claude.json*"
    "~/.claude/.credentials.json"
    "~/.codex/auth.json"
    "~/.composer/auth.json"
    "~/.config/composer/auth.json"
    "~/.config/containers/auth.json"
    "~/.config/gcloud/**"
    "~/.config/gh/**"
    "~/.config/git/credentials"
    "~/.config/github-copilot/**"
    "~/.config/glab-cli/**"
    "~/.config/helm/registry/config.json"
    "~/.config/insomnia/**"
    "~/.config/pip/pip.conf"
    "~/.config/rclone/rclone.conf"
    "~/.config/sops/age/**"
    "~/.copilot/config.json"
    "~/.docker/config.json"
    "~/.gem/credentials"
    "~/.gemini/*oauth*"
    "~/.gemini/.env"
    "~/.git-credentials"
    "~/.gnupg/**"
    "~/.gradle/gradle.properties"
    "~/.kube/**"
    "~/.local/share/gem/credentials"
    "~/.local/share/insomnia/**"
    "~/.local/share/keyrings/**"
    "~/.local/share/opencode/*auth.json"
    "~/.local/state/insomnia/**"
    "~/.m2/settings*.xml"
    "~/.my.cnf"
    "~/.netrc"
    "~/.npmrc"
    "~/.password-store/**"
    "~/.pgpass"
    "~/.pi/agent/auth.json"
    "~/.pip/pip.conf"
    "~/.pypirc"
    "~/.qwen/oauth_creds.json"
    "~/.ssh/**"
    "~/.terraform.d/credentials*"
    "~/.terraformrc"
    "~/.vault-token"
    "~/.yarnrc.yml"
  ];

  # What programs need to run at all, and no more: keys in the environment of the user
  # who starts the Pod do not reach a command.
  sandbox.inheritEnv = [
    "HOME"
    "LANG"
    "LC_ALL"
    "PATH"
    "SHELL"
    "TERM"
    "TMPDIR"
    "TZ"
    "USER"
  ];
}
