# The current reports of the library for the files in lib/tests/reports.
let
  inherit (builtins)
    concatMap
    head
    listToAttrs
    match
    ;
in
listToAttrs (
  concatMap (
    test:
    let
      name = match ".*the report of (.*)" test.name;
    in
    if name == null then
      [ ]
    else
      [
        {
          name = head name;
          value = test.got;
        }
      ]
  ) (import ../lib/tests/profile.nix)
)
