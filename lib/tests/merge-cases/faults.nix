# What is refused or dropped, while the rest counts.
{
  t,
  layer,
  shared,
  ...
}:
[

  # --- tags that are refused
  {
    name = "mkIf is refused with the plain spelling";
    root = {
      mode = t.mkIf true "plan";
      note = "n";
    };
    value.note = "n";
    problems = [ "unknown-tag mode" ];
    hint = "if ";
  }
  {
    name = "mkMerge is refused with the plain spelling";
    root.limits = t.mkMerge [ { turns = 1; } ];
    value = { };
    problems = [ "unknown-tag limits" ];
    hint = "imports";
  }
  {
    name = "an unknown tag is refused";
    root.limits = {
      _type = "option";
    };
    value = { };
    problems = [ "unknown-tag limits" ];
  }
  {
    name = "a tag without content is refused";
    root.mode = {
      _type = "override";
      priority = 50;
    };
    value = { };
    problems = [ "unknown-tag mode" ];
  }
  {
    name = "a priority that is no integer is refused";
    root.mode = t.mkOverride "high" "plan";
    value = { };
    problems = [ "unknown-tag mode" ];
  }

  # --- wrong definitions
  {
    name = "a wrong-typed definition is dropped, the others count";
    root = {
      imports = [ { limits.turns = 3; } ];
      limits.turns = "many";
    };
    value.limits.turns = 3;
    problems = [ "type limits.turns" ];
  }
  {
    name = "a scalar in place of a section";
    root = {
      imports = [ { limits.turns = 3; } ];
      limits = 5;
      web = true;
    };
    value.limits.turns = 3;
    problems = [
      "type limits"
      "type web"
    ];
  }
  {
    name = "a set in place of a list, a list in place of a map";
    root = {
      tags.a = 1;
      labels = [ "a" ];
      note = "n";
    };
    value.note = "n";
    problems = [
      "type labels"
      "type tags"
    ];
  }
  {
    name = "an integer may stand for a number, not a float for an integer";
    root.limits = {
      share = 1;
      turns = 1.0;
    };
    value.limits.share = 1;
    problems = [ "type limits.turns" ];
  }
  {
    name = "a function in a value";
    root = {
      note = x: x;
      mode = "ask";
    };
    value.mode = "ask";
    problems = [ "function-value note" ];
  }
  {
    name = "a path in a value";
    root.note = layer + "/shared.nix";
    value = { };
    problems = [ "path-value note" ];
    hint = "readFile";
  }
  {
    name = "a derivation in a value";
    root.note = {
      type = "derivation";
      outPath = "/nix/store/x";
    };
    value = { };
    problems = [ "store-path note" ];
  }
  {
    name = "a set with outPath in place of a section";
    root.limits = {
      outPath = "/nix/store/x";
    };
    value = { };
    problems = [ "store-path limits" ];
  }
  {
    name = "a set that makes itself a string";
    root.note.__toString = self: "text";
    value = { };
    problems = [ "function-value note" ];
  }
  {
    name = "a string that depends on the store";
    root.note = "see ${builtins.toFile "note" "text"}";
    value = { };
    problems = [ "store-path note" ];
  }
  {
    name = "an unknown field is reported once with all its places, beside healthy ones";
    root = {
      imports = [ { limits.trns = 1; } ];
      limits.trns = 2;
      limits.turns = 3;
    };
    value.limits.turns = 3;
    problems = [ "unknown-field limits.trns" ];
    hint = "`turns`";
    placeCount = 2;
  }
  {
    name = "a profile value in place of a section";
    root.limits = shared;
    value = { };
    problems = [ "unknown-tag limits" ];
  }
  {
    name = "many faults are reported together";
    root = {
      imports = [
        { mode = "plan"; }
        { mode = "auto"; }
        7
      ];
      limits = {
        turns = "x";
        seconds = x: x;
      };
      tags = "a";
      nope = 1;
      note = t.mkIf true "x";
    };
    value = {
      mode = "plan";
      limits = { };
    };
    problems = [
      "conflict mode"
      "layer-type imports[2]"
      "type limits.turns"
      "function-value limits.seconds"
      "type tags"
      "unknown-field nope"
      "unknown-tag note"
    ];
  }
]
