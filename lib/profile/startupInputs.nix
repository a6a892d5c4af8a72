# Fields that people expect in a profile and that are given when a Pod starts, with the way
# to give them. Dotted paths from the top of a profile.
let
  name = "pass it to the command: `insomnia pod new --name NAME`";
  workspace = "pass it to the command: `insomnia pod new --workspace DIR`";
  runtime = "pass it to the command: `insomnia pod new --runtime NAME`";
  prompt = "pass it to the command: `insomnia pod new --prompt TEXT`; for a prompt of the role, set `prompts.initial`";
  session = "a Pod gets its ID when it is created: `insomnia pod resume ID`";
in
{
  inherit workspace runtime prompt;
  podName = name;
  pod = "pass name and workspace to the command: `insomnia pod new --name NAME --workspace DIR`";
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
