# builtins.derivation: the sets that stand for a derivation's outputs.
attrs@{
  outputs ? [ "out" ],
  ...
}:
let
  made = derivationStrict attrs;

  output =
    name:
    attrs
    // builtins.listToAttrs named
    // {
      all = map (pair: pair.value) named;
      drvAttrs = attrs;
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
