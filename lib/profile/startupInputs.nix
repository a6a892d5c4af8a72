# Fields that people expect in a profile and that are given when a Pod starts, with the way
# to give them. Dotted paths from the top of a profile.
let
  name = "pass it to the command: `insomnia pod new --name NAME`";
  workspace = "give it to `insomnia pod new --workspace DIR`";
  runtime = "give it to `insomnia pod new --runtime NAME`";
  prompt = "give it to `insomnia pod new --prompt TEXT`; a text that belongs to the role is `prompts.initial`";
  session = "a Pod gets its own id when it is created; use it with `insomnia pod resume ID`";
in
{
  inherit workspace runtime prompt;
  podName = name;
  pod = "a Pod is named and placed when it is created: `insomnia pod new --name NAME --workspace DIR`";
  id = session;
  podId = session;
  sessionId = session;
  session.id = session;
  cwd = workspace;
  directory = workspace;
  workDir = workspace;
  workdir = workspace;
  workingDirectory = workspace;
  workspaceRoot = workspace;
  root = workspace;
  initialPrompt = prompt;
  firstPrompt = prompt;
  message = prompt;
  agent = runtime;
  driver = runtime;
}
