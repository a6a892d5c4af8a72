# Why a pattern for the paths of files is refused, or null.
pattern:
let
  inherit (builtins)
    elem
    elemAt
    filter
    head
    isString
    match
    split
    substring
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  ends = import ../text/ends.nix;
  foreign = import ./foreign.nix;
  quote = import ./quote.nix;
  # Brackets and braces are refused, since other programs give them a meaning.
  glob = import ./glob.nix {
    special = "*?[]{}\\";
    one = true;
  };

  refuse = message: hint: {
    message = "pattern ${quote pattern}: ${message}";
    inherit hint;
  };

  single = !(contains "/" pattern) && pattern != "**" && pattern != "..";
  rest =
    if begins "~/" pattern || begins "./" pattern then
      substring 2 (-1) pattern
    else if begins "/" pattern then
      substring 1 (-1) pattern
    else
      pattern;

  # Without the slashes at the end, and the stars before them.
  directory =
    let
      bare = head (match "(.*[^/])?/*" pattern);
      above = match "(.*)/[*][*]" bare;
    in
    if bare == null then
      ""
    else if above != null then
      head above
    else
      bare;

  name =
    text:
    if text == "" then
      refuse "two slashes in a row" "write one"
    else if text == "." then
      refuse "`.` may only be at the beginning" "leave it out"
    else if text == ".." then
      refuse "`..` is not resolved" "write the path from the workspace, from `~/` or from `/`"
    else if text == "**" then
      null
    else if contains "**" text then
      refuse "two stars must be alone between slashes"
        "write `*` for a part of a name, or `**` between slashes for any directories; a star itself is `\\*`"
    else
      glob text pattern;
  problems = filter (problem: problem != null) (map name (filter isString (split "/" rest)));
in
if begins "$" pattern then
  refuse "variables are not expanded"
    "write `~/` for the home directory, and nothing for the workspace"
else if begins "file:" (foreign.lower pattern) then
  refuse "must be a path, not an address" "write the path alone, such as `/etc/hosts`"
else if
  elem pattern [
    "/"
    "~"
    "."
  ]
then
  null
else if begins "~" pattern && !(begins "~/" pattern) then
  refuse "the home directory of another user is not known"
    "write `~/` for your own, the absolute path for another, `./~` for a name that begins so"
else if single then
  let
    problem = glob pattern pattern;
  in
  if problem != null then
    problem
  else
    refuse "must name a directory"
      "write ${quote "**/${pattern}"} for every directory of the workspace, or ${quote "./${pattern}"} for the workspace itself"
else if ends "/" pattern then
  refuse "ends with a slash" (
    if directory == "**" then
      "write `**`"
    else
      "write ${quote "${directory}/**"} for the directory and all below it"
  )
else if problems == [ ] then
  null
else
  elemAt problems 0
