/**
  Reports why a rule or a list of tools cannot have the name of a tool. The Go package
  permission/grammar decides the same, and a test holds both to the same verdict.

  # Inputs

  `servers`
  : the names of the manifest's MCP servers

  `name`
  : the name, a string

  # Type

  ```
  checkTool :: [ String ] -> String -> { message; hint; } | null
  ```

  # Examples

  ```nix
  checkTool [ ] "MultiEdit"
  => { message = "unknown tool: `MultiEdit`"; hint = "did you mean `edit`?"; }
  ```
*/
servers: name:
let
  inherit (builtins)
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    head
    match
    stringLength
    substring
    ;
  begins = import ../text/begins.nix;
  closest = import ./closest.nix;
  contains = import ../text/contains.nix;
  foreign = import ./foreign.nix;
  quote = import ./quote.nix;

  tools = [
    "read"
    "edit"
    "write"
    "bash"
    "grep"
    "glob"
    "webfetch"
    "websearch"
    "agent"
    "skill"
  ];
  quoted = names: concatStringsSep ", " (map (tool: "`${tool}`") names);
  listed = quoted tools;

  refuse = message: hint: { inherit message hint; };
  form = message: refuse "tool ${quote name}: ${message}";

  nearest =
    name:
    let
      known = foreign.toolOf name;
    in
    if known == "" then
      null
    else if known != null then
      known
    else
      closest name tools;
  nearestServer = name: if elem name servers then name else closest name servers;

  # The name of a server has no two underscores in a row, so the first two end it.
  mcp =
    let
      parts = match "mcp__([^_]*(_[^_]+)*)__(.+)" name;
      server = head parts;
      tool = elemAt parts 2;
      start = match "mcp__(.*[^*_])[*_]*" name;
      meant = if start == null then null else nearestServer (head start);
      star = match "([^*]*)[*].+" tool;
      known = nearestServer server;
    in
    if name == "mcp__*" then
      null
    else if parts == null || server == "" then
      form "must be mcp__SERVER__TOOL" (
        if meant != null then
          "write ${quote "mcp__${meant}__*"} for every tool of the server"
        else
          "write mcp__SERVER__* for every tool of a server, or `mcp__*` for those of every server"
      )
    else if contains "*" server then
      form "the server's name may not have a wildcard"
        "write a rule for each server, or `mcp__*` for every tool of every server"
    else if star != null then
      form "a star may only be at the end"
        "write ${quote "mcp__${server}__${head star}*"}, or a rule for each tool"
    else if match "[A-Za-z0-9_.:-]*[*]?" tool == null then
      form "the tool's name may have letters, digits and `_`, `-`, `.`, `:`"
        "write the name as the server lists it, or ${quote "mcp__${server}__*"} for every tool of the server"
    else if elem server servers then
      null
    else
      refuse "MCP server ${quote server} not found in this manifest" (
        if known != null then
          "did you mean ${quote "mcp__${known}__${tool}"}?"
        else
          "add the server to `mcpServers`, or remove ${quote name}"
      );

  # How other programs write the tools of a server: linear_search, linear/search. The
  # longest server that fits counts.
  ofServer =
    let
      try =
        best: server:
        let
          size = stringLength server;
          tool = match "[_/.:]+([^_/.:].*)" (substring size (-1) name);
        in
        if
          (best == null || size > best.size)
          && stringLength name >= size + 2
          && foreign.lower (substring 0 size name) == foreign.lower server
          && tool != null
        then
          {
            inherit size;
            name = "mcp__${server}__${head tool}";
          }
        else
          best;
    in
    foldl' try null servers;

  pair = foreign.withPattern name;
  # What the wildcard at the end of a name may have meant.
  starred = match "([^*]*)[*]" name;
  meant = filter (begins (foreign.lower (head starred))) tools;
  known = foreign.toolOf name;
in
if name == "*" || elem name tools then
  null
else if name == "" then
  refuse "the tool name is empty" "write one of ${listed}, or `*` for every tool"
else if stringLength name > 128 then
  refuse "the tool name is ${toString (stringLength name)} bytes long; at most 128 are allowed"
    "write one of ${listed}, or mcp__SERVER__TOOL"
else if begins "mcp__" name then
  mcp
else if pair != null then
  form "must be a name, got a name and a pattern" (
    let
      tool = nearest (head pair);
    in
    if tool != null then
      "write tool = ${quote tool} and pattern = ${quote (elemAt pair 1)}"
    else
      "write the name in `tool` and the pattern in `pattern`"
  )
else if contains "*" name then
  form "only the names of MCP tools may have wildcards" (
    if starred != null && meant != [ ] then
      "write a rule for each of ${quoted meant}"
    else
      "write one of ${listed}, or `*` for every tool"
  )
else
  refuse "unknown tool: ${quote name}" (
    if ofServer != null then
      "did you mean ${quote ofServer.name}?"
    else if known == "" then
      "remove it: rules do not govern this tool of another program"
    else if nearest name != null then
      "did you mean `${nearest name}`?"
    else
      "write one of ${listed}, or mcp__SERVER__TOOL"
  )
