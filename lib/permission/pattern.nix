/**
  Reports why a rule about a tool cannot have a pattern. The name of the tool is one that
  tools.nix accepts. The Go package permission/grammar decides the same, and a test holds
  both to the same verdict.

  # Type

  ```
  parsePattern :: String -> String -> { message; hint; } | null
  ```

  # Examples

  ```nix
  parsePattern "bash" "git **"
  => { message = "pattern `git **`: stars in a row have no meaning here"; hint = "write one star; …"; }
  ```
*/
tool: pattern:
let
  inherit (builtins)
    concatStringsSep
    elem
    elemAt
    filter
    head
    isString
    match
    split
    stringLength
    ;
  begins = import ../text/begins.nix;
  ends = import ../text/ends.nix;
  characters = import ./characters.nix;
  foreign = import ./foreign.nix;
  quote = import ./quote.nix;

  kinds = {
    bash = import ./command.nix;
    read = import ./path.nix;
    edit = import ./path.nix;
    write = import ./path.nix;
    grep = import ./path.nix;
    glob = import ./path.nix;
    webfetch = import ./address.nix;
    agent = import ./name.nix "subagent";
    skill = import ./name.nix "skill";
  };
  isCommand = tool == "bash";
  isPath = elem tool [
    "read"
    "edit"
    "write"
    "grep"
    "glob"
  ];
  isAddress = tool == "webfetch";

  refuse = message: hint: { inherit message hint; };
  bad = message: refuse "pattern ${quote pattern}: ${message}";

  isHidden = filter characters.hidden (characters.unusual pattern) != [ ];
  hidden = head (filter characters.hidden (characters.of pattern));
  words = filter (word: isString word && word != "") (split " +" pattern);

  # What no pattern of any kind may hold.
  text =
    if pattern == "" then
      refuse "the pattern is empty" "write `*` for every call of the tool, or remove the rule"
    else if stringLength pattern > 1024 then
      refuse "the pattern is ${toString (stringLength pattern)} bytes long; at most 1024 are allowed"
        "write several rules"
    else if !(characters.valid pattern) then
      refuse "the pattern is not valid UTF-8" "save the file as UTF-8"
    else if isHidden then
      bad "contains an invisible character: ${characters.named hidden}" "remove the character"
    else if words == [ ] then
      refuse "the pattern is only spaces" "write `*` for every call of the tool, or remove the rule"
    else if begins " " pattern || ends " " pattern then
      bad "begins or ends with a space" "write ${quote (concatStringsSep " " words)}"
    else
      null;

  pair = foreign.withPattern pattern;
  meant = if pair == null then null else foreign.toolOf (head pair);
  suffixed = match "(.*):[*]" pattern;
  start = head suffixed;
  negated = match "!(.*)" pattern;
  host = if isAddress then foreign.host pattern else null;

  another = bad "this is the form of another program";
  instead = ours: another "write ${quote (if ours == "" then "*" else ours)}";

  # How other programs write rules.
  form =
    if meant != null && meant != "" then
      another "write tool = ${quote meant} and pattern = ${quote (elemAt pair 1)}"
    else if negated != null && !isCommand then
      bad "a pattern cannot be negated"
        "write a rule with another action for ${quote (head negated)}"
    else if suffixed != null && !(ends "\\" start) then
      if isCommand then
        another "write ${quote "${start}*"} to deny or ask; to allow, write ${quote start} and ${
          quote "${start} *"
        }"
      else if isAddress then
        let
          ours = foreign.translated start;
        in
        instead (if ends ":" ours then foreign.cut ":" ours else ours)
      else
        instead "${start}*"
    else if host != null then
      instead host
    else if begins "//" pattern && isPath then
      instead (foreign.translated pattern)
    else
      null;

  # Calls that nothing in them is matched of.
  whole = bad "must be `*` for the tool ${quote tool}" (
    if tool == "*" then
      "write `*`, or a rule for one tool: each has patterns of its own"
    else if tool == "websearch" then
      "write `*`: a query can be worded in too many ways to be matched"
    else
      "write `*`: the arguments of MCP tools are not matched; name the tool in `tool`"
  );
in
if text != null then
  text
else if pattern == "*" then
  null
else if form != null then
  form
else if kinds ? ${tool} then
  kinds.${tool} pattern
else
  whole
