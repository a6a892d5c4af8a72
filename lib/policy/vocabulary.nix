/**
  The tools that a name may stand for, exactly: the closed vocabulary, and the MCP
  tools of a manifest's own servers. What is not in it may do anything.

  # Inputs

  `manifest`
  : the manifest whose MCP servers count

  # Type

  ```
  vocabulary :: Manifest -> { known :: String -> Bool; covers :: String -> String -> Bool; }
  ```

  `known` is false for `*`: it names no tool. `covers wide narrow` reports whether all
  that one name stands for, another stands for too; a name that is not known covers
  nothing.

  # Examples

  ```nix
  (vocabulary manifest).covers "mcp__linear__*" "mcp__linear__search"
  => true
  (vocabulary manifest).covers "ba*" "bash"
  => false
  ```
*/
manifest:
let
  inherit (builtins)
    any
    attrNames
    elem
    filter
    match
    replaceStrings
    stringLength
    substring
    ;

  begins = prefix: text: substring 0 (stringLength prefix) text == prefix;
  from = prefix: substring (stringLength prefix) (-1);
  start = glob: substring 0 (stringLength glob - 1) glob;

  # The first two underscores in a row end the name of a server.
  servers = filter (server: replaceStrings [ "__" ] [ "" ] server == server) (
    attrNames manifest.mcpServers
  );
  ofServer =
    name: server:
    let
      prefix = "mcp__${server}__";
    in
    begins prefix name
    && stringLength name > stringLength prefix
    && stringLength name <= 128
    && match "[A-Za-z0-9_.-]*[*]?" (from prefix name) != null;

  known = name: elem name (import ./tools.nix) || name == "mcp__*" || any (ofServer name) servers;
  glob = name: match ".*[*]" name != null;
in
{
  inherit known;
  covers =
    wide: narrow:
    wide == "*" || known wide && (wide == narrow || glob wide && begins (start wide) narrow);
}
