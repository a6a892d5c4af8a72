# Runs the library's own tests. Every file of lib/tests that is a list contains tests;
# the others define what the tests use.
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    isList
    match
    readDir
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
import ./outcome.nix tests
