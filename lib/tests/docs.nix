# What docs/ says of the library is what the library is.
let
  inherit (builtins)
    attrNames
    filter
    readFile
    replaceStrings
    ;

  tables = import ./tables.nix;
  policy = import ../policy;
  presets = import ../presets;
  profiles = import ../../profiles { insomnia = { }; };

  test = name: got: expected: {
    name = "docs: ${name}";
    ok = got == expected;
    inherit got expected;
  };

  holds = text: part: replaceStrings [ part ] [ "" ] text != text;
  lacks = file: parts: filter (part: !(holds (readFile file) part)) parts;
  code = word: "`${word}`";
in
[
  (test "the table of models is up to date" (lacks ../../docs/models.md [ tables.models ]) [ ])
  (test "prices are in dollars" (lacks ../../docs/models.md [
    "| `anthropic/claude-sonnet-4-5` | 200000 | 64000 | $3.00 | $15.00 |"
    "| `openai/gpt-4.1-nano` | 1047576 | 32768 | $0.10 | $0.40 |"
  ]) [ ])
  (test "the tables of presets are up to date" (lacks ../../docs/presets.md [
    tables.choices
    tables.formulas
  ]) [ ])
  (test "every choice of a preset is told of" (filter (choices: choices != [ ]) (
    map (preset: lacks ../../docs/presets.md (map code (attrNames preset.choices))) (
      builtins.attrValues presets.all
    )
  )) [ ])
  (test "every policy is told of" (lacks ../../docs/policy.md (
    map (name: if name == "make" then "`policy.make`" else "`${name}") (attrNames policy)
  )) [ ])
  (test "every built-in profile is told of" (lacks ../../docs/profiles.md (
    map code (attrNames profiles)
  )) [ ])
]
