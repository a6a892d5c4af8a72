# All tests of the library. Every file of this folder that is a list holds tests,
# `{ name; ok; got; expected; }`; the others are what tests are made of.
#
#     nix eval --json --file lib/tests summary
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    isList
    length
    match
    readDir
    ;
  files = filter (name: name != "default.nix" && match ".*[.]nix" name != null) (
    attrNames (readDir ./.)
  );
  results = concatMap (
    name:
    let
      content = import (./. + "/${name}");
    in
    if isList content then content else [ ]
  ) files;
  failures = filter (result: !result.ok) results;
in
{
  inherit results failures;
  summary = {
    passed = length results - length failures;
    failed = map (result: result.name) failures;
  };
}
