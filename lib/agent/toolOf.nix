# The tool of ours that a name in an agent file means: null if it is not known, "" for one
# that no profile governs, such as TodoWrite. Servers are named as they are.
let
  inherit (builtins) filter head isString length split stringLength substring;
  begins = import ../text/begins.nix;
  foreign = import ../permission/foreign.nix;
in
name:
let
  parts = filter isString (split "__" name);
  server = builtins.elemAt parts 1;
  tool = substring (stringLength server + 7) (-1) name;
  ours = foreign.toolOf name;
in
if begins "mcp__" name && length parts > 1 then
  if server == "*" then
    "mcp__*"
  else if builtins.match "[A-Za-z0-9_.-]+" server == null then
    null
  else
    "mcp__${server}__${if tool == "" then "*" else tool}"
else if ours == "mcp__*" then
  ""
else
  ours
