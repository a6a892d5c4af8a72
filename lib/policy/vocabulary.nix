/**
  The tools that a name may stand for, exactly: the closed vocabulary, and the MCP
  tools of a manifest's own servers. What is not in it may do anything.

  # Inputs

  `manifest`
  : the manifest whose MCP servers count

  # Type

  ```
  vocabulary :: Manifest -> {
    problemOf :: String -> { message; hint; } | null;
    covers :: String -> String -> Bool;
  }
  ```

  `problemOf` is why a name is no tool. `covers wide narrow` reports whether all that one
  name stands for, another stands for too; a name that is no tool covers nothing.

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
  problemOf = import ../permission/tools.nix (builtins.attrNames manifest.mcpServers);
in
{
  inherit problemOf;
  covers =
    wide: narrow: import ../reach/covers.nix "tool" wide narrow && problemOf wide == null;
}
