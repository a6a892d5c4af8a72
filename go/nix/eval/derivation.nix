# builtins.derivation: the sets that stand for a derivation's outputs.
attrs@{
  outputs ? [ "out" ],
  ...
}:
let
  made = derivationStrict attrs;

  # What all outputs have; `//` of a few attributes is all that each adds.
  common =
    attrs
    // builtins.listToAttrs named
    // {
      all = map (pair: pair.value) named;
      drvAttrs = attrs;
    };

  output =
    name:
    common
    // {
      drvPath = made.drvPath;
      outPath = made.${name};
      outputName = name;
      type = "derivation";
    };

  named = map (name: {
    inherit name;
    value = output name;
  }) outputs;
in
(builtins.head named).value
