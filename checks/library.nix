# Runs the library's own tests. Every file of lib/tests that is a list holds tests,
# `{ name; ok; got; expected; }`; the others are what tests are made of.
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    isList
    length
    match
    readDir
    toJSON
    ;

  files = filter (name: match ".*[.]nix" name != null) (attrNames (readDir ../lib/tests));
  tests = concatMap (
    name:
    let
      content = import (../lib/tests + "/${name}");
    in
    if isList content then content else [ ]
  ) files;
in
{
  count = length tests;
  differences = map (test: "${test.name}: expected ${toJSON test.expected}, got ${toJSON test.got}") (
    filter (test: !test.ok) tests
  );
}
