# The reference of the model that an agent file names: { ref; }, null for the model of the
# session, or { message; hint; } where it cannot be told.
let
  inherit (builtins)
    attrNames
    compareVersions
    concatStringsSep
    elem
    filter
    foldl'
    length
    match
    stringLength
    substring
    ;
  begins = import ../text/begins.nix;
  quote = import ../text/quote.nix;
  lower = import ../text/lower.nix;
  names = attrNames (import ../models.nix);

  # The newest model whose name begins so, by the version after it; a date does not count as one.
  newest =
    prefix:
    let
      rest = name: substring (stringLength prefix) (-1) name;
      found = filter (
        name: begins prefix name && match "[0-9]{1,3}([.-][0-9]{1,3})*" (rest name) != null
      ) names;
    in
    foldl' (
      best: name: if best == null || compareVersions (rest name) (rest best) > 0 then name else best
    ) null found;
in
written:
let
  short = lower written;
  family = newest "anthropic/claude-${short}-";
  same = filter (name: match "[^/]*/(.*)" name == [ written ]) names;
in
if elem short [ "" "inherit" "default" ] then
  null
else if match "[a-z]+" short != null && family != null then
  { ref = family; }
else if elem "anthropic/${short}" names then
  { ref = "anthropic/${short}"; }
else if match "[A-Za-z0-9][A-Za-z0-9._-]*/.+" written != null then
  { ref = written; }
else if length same > 0 then
  {
    message = "the model ${quote written} has no provider";
    hint = "write ${concatStringsSep " or " same}";
  }
else
  {
    message = "the model ${quote written} is not in the model catalog";
    hint = "write opus, sonnet or haiku, PROVIDER/MODEL, or inherit for the model of what imports the file";
  }
