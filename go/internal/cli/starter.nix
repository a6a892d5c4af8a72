# The profile NAME. See what it resolves to: insomnia profile show NAME
{ insomnia }:
insomnia.lib.mkProfile {
  name = "NAME";
  description = "What the profile is for, in a line";

  # Everything that is not said here comes from these.
  # A built-in role to begin with: coder, orchestrator, researcher or reviewer.
  imports = [ insomnia.insomniaProfiles.coder ];

  # What the agent does without asking: observe, ask, edits, auto or full.
  # autonomy = "ask";

  # Which tools it is offered: none, read-only, research, delegate, workspace or full.
  # toolPolicy = "workspace";

  # Another model, as provider/model.
  # model.ref = "anthropic/claude-sonnet-4-5";

  # How much of the model's window is used: small, medium, large or full.
  # context.budget = "medium";

  # Text for the model, behind the role's own.
  # prompts.append = [ "Answer in short sentences." ];

  # A secret is a reference; where it leads is bound by the user.
  # web.search.auth = insomnia.lib.secrets.ref "brave.search.default";

  # The manifest's own numbers, where no preset fits.
  # overrides.limits.maxTurns = 100;
}
