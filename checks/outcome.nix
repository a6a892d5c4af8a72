# The outcome of tests `{ name; ok; got; expected; }`: how many there are, and a
# line of text for each that does not hold.
tests:
let
  inherit (builtins)
    attrNames
    filter
    isAttrs
    length
    removeAttrs
    toJSON
    ;

  # Of two sets only the keys in which they differ are worth reading.
  without =
    other: value:
    if isAttrs value && isAttrs other then
      removeAttrs value (filter (key: other ? ${key} && other.${key} == value.${key}) (attrNames value))
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
