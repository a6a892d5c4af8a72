# Runs the library's own tests. Every file of lib/tests that is a list holds tests,
# `{ name; ok; got; expected; }`; the others are what tests are made of.
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    isAttrs
    isList
    length
    match
    readDir
    removeAttrs
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

  # Of two sets only the keys in which they differ are worth reading.
  without =
    other: value:
    if isAttrs value && isAttrs other then
      removeAttrs value (
        filter (key: other ? ${key} && other.${key} == value.${key}) (attrNames value)
      )
    else
      value;

  difference =
    {
      name,
      expected,
      got,
      ...
    }:
    "${name}: expected ${toJSON (without got expected)}, got ${toJSON (without expected got)}";
in
{
  count = length tests;
  differences = map difference (filter (test: !test.ok) tests);
}
