# The fields of agent files and what each means in a profile.
let
  inherit (builtins) concatStringsSep elem mapAttrs;
  folded = (import ../skill/frontmatter.nix).folded;
  lower = import ../text/lower.nix;
  quote = import ../text/quote.nix;
  models = import ./models.nix;
  rules = import ./rules.nix;

  # Plain data of a node, for fields that the schema judges.
  data =
    node:
    if node.kind == "list" then
      map data node.value
    else if node.kind == "map" then
      mapAttrs (_: data) node.value
    else
      node.value;
  set = path: value: { parts = [ { inherit path value; } ]; };
  copied = path: { node, ... }: set path (data node);
  wrong = message: hint: { faults = [ { inherit message hint; } ]; };
  isText = node: node.kind == "text";
  oneOf = values: wrong "must be one of: ${concatStringsSep ", " values}" "write one of them";

  model =
    { node, ... }:
    let
      found = models node.value;
    in
    if !(isText node) then
      wrong "must be the name of a model" "write opus, sonnet or haiku, or PROVIDER/MODEL"
    else if found == null then
      { }
    else if found ? ref then
      set [
        "model"
        "ref"
      ] found.ref
    else
      wrong found.message found.hint;

  modes = {
    default = [ "ask" "ask" ];
    manual = [ "ask" "ask" ];
    acceptEdits = [ "acceptEdits" "ask" ];
    plan = [ "plan" "ask" ];
    dontAsk = [ "ask" "deny" ];
    bypassPermissions = [ "bypass" "allow" ];
  };
  permissionMode =
    { node, ... }:
    let
      found = if isText node then modes.${node.value} or null else null;
    in
    if isText node && node.value == "auto" then
      wrong "the mode `auto` is not supported: it needs a classifier of the program" "write default, to be asked"
    else if found == null then
      oneOf (builtins.attrNames modes)
    else
      {
        parts = [
          {
            path = [
              "permissions"
              "mode"
            ];
            value = builtins.elemAt found 0;
          }
          {
            path = [
              "permissions"
              "default"
            ];
            value = builtins.elemAt found 1;
          }
        ];
      };

  effort =
    { node, ... }:
    set [
      "model"
      "effort"
    ] (if isText node then lower node.value else data node);

  turns = copied [
    "limits"
    "maxTurns"
  ];

  # What is the user's, and changes nothing of a profile.
  nothing = test: hint: { node, ... }: if test node then { } else wrong "invalid value" hint;
  refused = message: hint: _: wrong message hint;
in
{
  meant = {
    name = copied [ "name" ];
    description =
      { node, ... }: set [ "description" ] (if isText node then folded node.value else data node);
    inherit (rules) tools permission;
    disallowedTools = rules.disallowed;
    allowed-tools = rules.allowed;
    inherit model permissionMode effort;
    reasoningEffort = effort;
    temperature = copied [
      "model"
      "temperature"
    ];
    top_p = copied [
      "model"
      "topP"
    ];
    maxTurns = turns;
    steps = turns;
    maxSteps = turns;

    # A profile is a main agent and a subagent alike.
    mode =
      { node, ... }:
      if isText node && elem node.value [ "primary" "subagent" "all" ] then
        { }
      else
        oneOf [
          "primary"
          "subagent"
          "all"
        ];
    color = nothing isText "write a color, in quotes: \"#ff8800\"";
    disable =
      { node, ... }:
      if node.kind == "bool" && !node.value then
        { }
      else
        wrong "the agent is disabled" "remove the field, or the file from what imports it";

    skills = refused "cannot import a skill by its name: a skill is a directory" "write skills.NAME = insomnia.lib.skillFromDir ./skills/NAME; in a layer in Nix, and remove the field";
    mcpServers = refused "cannot define a server in an agent file" "write mcpServers.NAME in a layer in Nix, with its secrets, and remove the field";
    hooks = refused "hooks belong to the profile" "write hooks in a layer in Nix, and remove the field";
    memory = refused "memory belongs to the profile" "write memory in a layer in Nix, and remove the field";
    prompt = refused "the prompt belongs below the frontmatter" "move the text there";
    background = refused "whether an agent runs in the background is decided by the program" "remove the field";
    isolation = refused "the directory is chosen when the Pod is created" "remove the field: insomnia pod new --workspace DIR";
    initialPrompt = refused "the first prompt is set when the Pod is created" "remove the field";
    hidden = refused "a profile cannot be hidden" "remove the field";
    options = refused "options of a provider are not part of a profile" "remove the field, or write the fields of model in a layer in Nix";
  };

  # Hints for fields that belong elsewhere.
  elsewhere = {
    imports = "a Markdown file cannot import: import it and the others in a layer in Nix";
    allowedTools = "write tools for those that are offered, or allowed-tools for those that run without asking";
    permissions = "write permission: { TOOL: allow, ask or deny }";
    maxIterations = "write maxTurns: NUMBER";
  };
}
