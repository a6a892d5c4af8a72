# Which problems are news. A fault that was reported once must not come back as another one
# that only follows from it: the dropped value is missing, or a placeholder breaks a rule.
let
  inherit (builtins)
    elem
    elemAt
    filter
    genList
    head
    length
    tail
    ;

  take = n: list: genList (elemAt list) n;
  begins = prefix: at: length prefix <= length at && take (length prefix) at == prefix;

  size = [
    "model"
    "variant"
    "context"
    "compaction"
    "pruning"
  ];
  grants = [
    "toolPolicy"
    "tools"
    "autonomy"
    "permissions"
    "delegation"
  ];
  # Parts of a profile that a rule counts with.
  premises = {
    rule-compaction-order = size;
    rule-pruning = size;
    rule-output-cap = size;
    rule-thinking-budget = size;
    rule-model-ref = size;
    rule-secret-provider = [
      "model"
      "web"
    ];
    rule-secret-unused = [
      "mcpServers"
      "web"
    ];
    rule-subagent-tools = grants;
    rule-subagent-permissions = grants;
    rule-subagent-names = [
      "mcpServers"
      "skills"
    ];
    rule-subagent-limits = [
      "limits"
      "variant"
    ];
    rule-subagent-sandbox = [
      "toolPolicy"
      "sandbox"
    ];
    rule-network-domains = [
      "toolPolicy"
      "sandbox"
    ];
  };

  # Fields that a rule counts with, below what it judges.
  fields = {
    rule-mcp-transport = [
      "command"
      "url"
      "type"
    ];
    rule-skill-file = [ "SKILL.md" ];
  };

  parent = at: take (length at - 1) at;
  # What a rule judges, where that is more than the field it points to.
  subject =
    problem:
    let
      inherit (problem) at code;
    in
    if
      code == "rule-workflow-inputs"
      || code == "rule-workflow-choices"
      || (code == "rule-mcp-transport" && length at == 3)
    then
      parent at
    else
      at;
in
said:
let
  # Paths are compared as the manifest has them, whether they were given raw or not.
  bare = at: if at != [ ] && head at == "overrides" then tail at else at;
  places = map (problem: bare problem.at) said;
in
problem:
let
  at = bare problem.at;
  judged = bare (subject problem);
  heads = premises.${problem.code} or [ ];
  follows =
    place:
    begins judged place
    && (
      !(fields ? ${problem.code})
      || place == judged
      || elem (elemAt place (length judged)) fields.${problem.code}
    );
in
filter (
  place:
  begins place at
  || (
    builtins.substring 0 5 problem.code == "rule-"
    && (
      follows place
      || (
        heads != [ ]
        && place != [ ]
        && (
          elem (head place) heads
          || (length place > 2 && begins [ "subagents" ] place && begins (take 2 place) at)
        )
      )
    )
  )
) places == [ ]
