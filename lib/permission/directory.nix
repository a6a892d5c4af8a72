# Why a text cannot name a directory of the workspace (src), of the home directory
# (~/.cache) or of the file system (/srv/data), or null. It is taken literally, and each
# has one spelling. The Go package permission/grammar decides the same.
text:
let
  inherit (builtins)
    concatMap
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
  quote = import ./quote.nix;

  refuse = message: hint: {
    message = "directory ${quote text}: ${message}";
    inherit hint;
  };
  unwritable = import ./place.nix "directory" text;

  rest =
    if begins "/" text then
      substring 1 (-1) text
    else if begins "~/" text then
      substring 2 (-1) text
    else
      text;
  wild = match "([^]*?[{}\\\\]*)([]*?[{}\\\\]).*" text;

  ofName =
    name:
    if name == "" then
      [
        (refuse "two slashes in a row, or one at the end" "write one slash between names, and none at the end")
      ]
    else if name == "." then
      [ (refuse "`.` may only be alone" "leave it out") ]
    else if name == ".." then
      [ (refuse "`..` is not resolved" "write the path from the workspace, from `~/` or from `/`") ]
    else
      [ ];
  faults = concatMap ofName (filter isString (split "/" rest));
in
if unwritable != null then
  unwritable
else if
  elem text [
    "."
    "~"
    "/"
  ]
then
  null
else if begins "~" text && !(begins "~/" text) then
  refuse "the home directory of another user is not known"
    "write `~/` for your own, the absolute path for another"
else if begins "$" text then
  refuse "variables are not expanded"
    "write `~/` for the home directory, and nothing for the workspace"
else if begins "./" text then
  refuse "begins with `./`" "leave it out: a path begins at the workspace"
else if wild != null then
  refuse "must be one directory, without ${quote (elemAt wild 1)}"
    "write each directory by its name; all below it belongs to it"
else if faults != [ ] then
  head faults
else
  null
