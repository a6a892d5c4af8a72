# What all built-in roles share: nothing that tells roles apart, only what no
# role should be without.
{
  prompts.contextFiles = [ "AGENTS.md" ];

  # Where keys and other people's data lie. Globs are matched against paths below
  # the workspace, or from / or ~/ when they begin so.
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
    "~/.aws/**"
    "~/.azure/**"
    "~/.config/gcloud/**"
    "~/.config/gh/**"
    "~/.config/insomnia/**"
    "~/.docker/config.json"
    "~/.git-credentials"
    "~/.gnupg/**"
    "~/.kube/**"
    "~/.local/share/insomnia/**"
    "~/.local/share/keyrings/**"
    "~/.netrc"
    "~/.npmrc"
    "~/.password-store/**"
    "~/.pypirc"
    "~/.ssh/**"
  ];

  # What programs need to run at all, and no more: a key in the environment of
  # whoever starts the Pod does not reach a command.
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
