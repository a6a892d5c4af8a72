# What Nix can decide about paths. One workspace and one home directory represent all:
# see docs/policy.md.
let
  inherit (builtins)
    any
    all
    elem
    elemAt
    filter
    head
    isString
    length
    match
    split
    stringLength
    substring
    tail
    ;

  begins = import ../../text/begins.nix;
  glob = import ./glob.nix;
  inherit (import ./places.nix) home workspace;

  segments = text: filter (part: isString part && part != "") (split "/" text);

  # The segments of a path or a pattern from the root.
  absolute =
    text:
    if text == "~" then
      segments home
    else if begins "~/" text then
      segments home ++ segments (substring 2 (-1) text)
    else if begins "/" text then
      segments text
    else
      segments workspace ++ filter (part: part != ".") (segments text);

  # Without an empty name, `.` but in front, and `..`.
  plain =
    text:
    text == "."
    || text == "/"
    ||
      stringLength text <= 1024
      && match "(~|((~|[.])?/)?[A-Za-z0-9_.*-]+(/[A-Za-z0-9_.*-]+)*)" text != null
      && !(any (part: part == ".." || part == ".") (
        segments (if begins "./" text then substring 2 (-1) text else text)
      ));

  stars = patterns: length (filter (part: part == "**") patterns);

  segmentsMatch =
    patterns: parts:
    if patterns == [ ] then
      parts == [ ]
    else if head patterns == "**" then
      segmentsMatch (tail patterns) parts || parts != [ ] && segmentsMatch patterns (tail parts)
    else
      parts != [ ]
      && glob (head patterns) (head parts)
      && segmentsMatch (tail patterns) (tail parts);

  starts =
    prefix: parts:
    length parts >= length prefix
    && all (n: elemAt parts n == elemAt prefix n) (builtins.genList (n: n) (length prefix));
in
{
  # Whether anything is certain of a path.
  certain = text: plain text && match ".*[*].*" text == null;

  # Whether a pattern matches a path; null where that is left to the guard.
  matches =
    pattern: text:
    let
      patterns = absolute pattern;
    in
    if
      !(plain pattern)
      || stars patterns > 2
      || any (part: part != "**" && match ".*[*][*].*" part != null) patterns
      || match "[^/]+" pattern != null && !(elem pattern [ "." "~" "**" ])
    then
      null
    else
      segmentsMatch patterns (absolute text);

  inWorkspace = text: starts (segments workspace) (absolute text);
}
