/**
  Whether it is certain that each call that one permission rule is about, another is about
  too. go/internal/reach holds the same function; a Go test holds both to one table.

  # Inputs

  `wide`
  : the rule that may cover the other; only its tool and its pattern count
  `narrow`
  : the rule that is asked about

  # Type

  ```
  coversRule :: { tool :: String; pattern :: String; } -> { tool :: String; pattern :: String; } -> Bool
  ```

  # Examples

  ```nix
  coversRule { tool = "bash"; pattern = "git *"; } { tool = "bash"; pattern = "git push*"; }
  => true
  coversRule { tool = "edit"; pattern = "src/*"; } { tool = "edit"; pattern = "src/a/b"; }
  => false
  ```
*/
wide: narrow:
let
  inherit (builtins)
    elemAt
    match
    replaceStrings
    split
    stringLength
    substring
    ;
  inherit (import ./tables.nix) kinds wildcards;
  covers = import ./covers.nix;

  begins = prefix: text: substring 0 (stringLength prefix) text == prefix;
  # What is before the suffix, or null.
  before =
    suffix: text:
    let
      at = stringLength text - stringLength suffix;
    in
    if at >= 0 && substring at (-1) text == suffix then substring 0 at text else null;
  has = part: text: replaceStrings [ part ] [ "" ] text != text;
  plain = text: replaceStrings wildcards (map (_: "") wildcards) text == text;

  start = before "*" wide.pattern;
  starred = start != null && plain start && begins start narrow.pattern;

  # A path pattern as the directory that it begins at, and what follows it.
  pathIn =
    pattern:
    if begins "/" pattern then
      {
        root = "/";
        rest = substring 1 (-1) pattern;
      }
    else if pattern == "~" || pattern == "." then
      {
        root = pattern;
        rest = "";
      }
    else if begins "~/" pattern || begins "./" pattern then
      {
        root = substring 0 1 pattern;
        rest = substring 2 (-1) pattern;
      }
    else
      {
        root = ".";
        rest = pattern;
      };
  isHost =
    text:
    let
      name = if begins "*." text then substring 2 (-1) text else text;
    in
    stringLength name <= 253 && match "[a-z0-9.-]+" name != null;
  # What is below a directory, by what may follow it.
  below =
    directory: text:
    directory != null && plain directory && begins "${directory}/" text && !(has ".." text);

  byKind = {
    # Options, links and other names of a program are not compared: the program is the
    # same word in both. A pipeline is more than its text.
    command = starred && has " " start && !(has "|" narrow.pattern);
    # DIR/** matches the directory and everything below it.
    path =
      let
        w = pathIn wide.pattern;
        n = pathIn narrow.pattern;
        directory = before "/**" "/${w.rest}";
      in
      w.root == n.root
      && (
        w.rest == n.rest
        || below directory "/${n.rest}"
        || directory == "/${n.rest}" && plain directory && !(has ".." directory)
      );
    # A host matches every scheme, port and path, *.DOMAIN the hosts below it, and
    # ADDRESS/** everything below an address.
    address =
      let
        rest =
          if begins "https://" narrow.pattern then
            substring 8 (-1) narrow.pattern
          else if begins "http://" narrow.pattern then
            substring 7 (-1) narrow.pattern
          else
            narrow.pattern;
        host = elemAt (split "[:/]" rest) 0;
      in
      if isHost wide.pattern then
        isHost host && covers "host" wide.pattern host
      else
        below (before "/**" wide.pattern) narrow.pattern;
    name = starred;
    call = false;
  };
in
(wide.tool == narrow.tool && wide.pattern == narrow.pattern)
|| (
  covers "tool" wide.tool narrow.tool
  && (
    wide.pattern == "*"
    ||
      wide.tool == narrow.tool
      && narrow.pattern != "*"
      && narrow.pattern != ""
      && byKind.${kinds.${wide.tool} or "call"}
  )
)
