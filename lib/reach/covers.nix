/**
  Whether it is certain that all that one pattern stands for, another stands for
  too. go/internal/reach holds the same function; a Go test holds both to one table.

  # Inputs

  `kind`
  : what the patterns stand for: `name` (of a model or a secret) and `tool` may end in
    `*`, for any run of characters; a `host` may begin with `*.`, for all its subdomains
  `wide`
  : the pattern that may cover the other
  `narrow`
  : the pattern that is asked about

  # Type

  ```
  covers :: String -> String -> String -> Bool
  ```

  # Examples

  ```nix
  covers "tool" "mcp__linear__*" "mcp__linear__search"
  => true
  covers "host" "*.example.org" "example.org"
  => false
  ```
*/
kind: wide: narrow:
let
  inherit (builtins) replaceStrings stringLength substring;

  inherit (import ./tables.nix) wildcards;

  plain = text: replaceStrings wildcards (map (_: "") wildcards) text == text;
  begins = prefix: text: substring 0 (stringLength prefix) text == prefix;
  ends =
    suffix: text:
    let
      at = stringLength text - stringLength suffix;
    in
    at >= 0 && substring at (-1) text == suffix;

  start = substring 0 (stringLength wide - 1) wide;
  domain = substring 2 (-1) wide;
in
wide == narrow
|| (
  if kind == "host" then
    begins "*." wide && plain domain && ends ".${domain}" narrow
  else if kind == "name" || kind == "tool" then
    ends "*" wide && plain start && begins start narrow && narrow != ""
  else
    throw "covers: there is no kind of patterns `${kind}`"
)
