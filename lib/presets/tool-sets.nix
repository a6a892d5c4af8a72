/**
  The tools of each tool policy, to add to: an author's list replaces the one
  that a preset derives, and so begins with it.

  # Type

  ```
  toolPolicies :: { ${policy} :: [ String ] }
  ```

  # Examples

  ```nix
  tools.allow = insomnia.lib.toolPolicies.workspace ++ [ "mcp__linear__*" ];
  ```
*/
let
  reading = [
    "read"
    "grep"
    "glob"
    "skill"
  ];
in
{
  none = [ ];
  read-only = reading;
  research = reading ++ [
    "webfetch"
    "websearch"
  ];
  delegate = reading ++ [ "agent" ];
  workspace = reading ++ [
    "edit"
    "write"
    "bash"
  ];
  full = reading ++ [
    "edit"
    "write"
    "bash"
    "agent"
    "webfetch"
    "websearch"
  ];
}
