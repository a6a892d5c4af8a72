# What a tree of layers is: one, a graph, a cycle, what is no layer.
{
  t,
  profile,
  layer,
  base,
  shared,
  ...
}:
[

  # --- one layer
  {
    name = "a single layer is itself";
    root = base // {
      mode = "ask";
      limits.turns = 3;
    };
    value = {
      must = "x";
      mode = "ask";
      limits.turns = 3;
    };
  }
  {
    name = "an empty layer is empty";
    root = { };
    value = { };
  }
  {
    name = "a function of { insomnia } is called";
    root =
      { insomnia }:
      {
        note = if insomnia ? lib then "has lib" else "no lib";
      };
    value.note = "has lib";
  }
  {
    name = "a function of anything is called with the same set";
    root = args: { note = toString (builtins.attrNames args); };
    value.note = "insomnia";
  }
  {
    name = "a path is imported";
    root = layer + "/shared.nix";
    value = {
      tags = [ "shared" ];
      limits.turns = 10;
    };
  }
  {
    name = "a folder is its default.nix";
    root.imports = [ (layer + "/folder") ];
    value = {
      note = "folder";
      tags = [ "folder" ];
    };
  }
  {
    name = "a folder and its default.nix are one layer";
    root.imports = [
      (layer + "/folder")
      (layer + "/folder/default.nix")
    ];
    value = {
      note = "folder";
      tags = [ "folder" ];
    };
  }
  {
    name = "an absolute path in a string is a path";
    root.imports = [ (toString (layer + "/shared.nix")) ];
    value = {
      tags = [ "shared" ];
      limits.turns = 10;
    };
  }

  # --- the graph
  {
    name = "diamond: a file reached twice counts once, and what imports it beats it";
    root.imports = [
      (layer + "/left.nix")
      (layer + "/right.nix")
    ];
    value = {
      tags = [
        "shared"
        "left"
        "right"
      ];
      limits.turns = 20;
    };
  }
  {
    name = "a file imported beside its importer is still beaten by it";
    root.imports = [
      (layer + "/right.nix")
      (layer + "/shared.nix")
    ];
    value = {
      tags = [
        "shared"
        "right"
      ];
      limits.turns = 20;
    };
  }
  {
    name = "a profile value reached twice counts once";
    root.imports = [
      shared
      { imports = [ shared ]; }
    ];
    value = {
      must = "x";
      tags = [ "shared" ];
      mode = "ask";
    };
  }
  {
    name = "two profiles made by one line are two layers when they differ";
    root.imports =
      map
        (
          tag:
          profile {
            name = "made";
            tags = [ tag ];
          }
        )
        [
          "a"
          "b"
        ];
    value.tags = [
      "a"
      "b"
    ];
  }
  {
    name = "a profile value in imports gives its layers, not its name";
    root = {
      imports = [ shared ];
      name = "mine";
      mode = "auto";
      tags = [ "mine" ];
    };
    value = {
      name = "mine";
      must = "x";
      mode = "auto";
      tags = [
        "shared"
        "mine"
      ];
    };
  }
  {
    name = "name is never inherited";
    root.imports = [ { name = "other"; } ];
    value = { };
  }
  {
    name = "a cycle of files is shown and cut";
    root.imports = [ (layer + "/cycle-a.nix") ];
    value = {
      mode = "ask";
      note = "b";
    };
    problems = [ "import-cycle imports[0]" ];
    message = "cycle-a.nix -> cycle-b.nix -> cycle-a.nix";
  }
  {
    name = "a file that imports itself is a cycle";
    root = layer + "/cycle-self.nix";
    value.note = "self";
    problems = [ "import-cycle imports[0]" ];
    message = "cycle-self.nix -> cycle-self.nix";
  }

  # --- what is no layer
  {
    name = "a number, a list and a relative string are no layers; the others still count";
    root.imports = [
      3
      { mode = "plan"; }
      "team.nix"
      (layer + "/tag-list.nix")
      null
    ];
    value.mode = "plan";
    problems = [
      "layer-type imports[0]"
      "layer-type imports[2]"
      "layer-type imports[3]"
      "layer-type imports[4]"
    ];
  }
  {
    name = "a resolved manifest is no layer";
    root.imports = [ { schema = "insomnia.pod/v1"; } ];
    value = { };
    problems = [ "layer-type imports[0]" ];
  }
  {
    name = "a function that asks for more than insomnia is not called";
    root.imports = [
      (layer + "/asks-pkgs.nix")
      { mode = "plan"; }
    ];
    value.mode = "plan";
    problems = [ "layer-type imports[0]" ];
    message = "`pkgs`";
  }
  {
    name = "an argument with a default may be asked for";
    root =
      {
        insomnia,
        turns ? 4,
      }:
      {
        limits = {
          inherit turns;
        };
      };
    value.limits.turns = 4;
  }
  {
    name = "imports that are no list";
    root = {
      imports = layer + "/shared.nix";
      mode = "plan";
    };
    value.mode = "plan";
    problems = [ "type imports" ];
  }
  {
    name = "a layer that does not exist";
    root.imports = [ (layer + "/absent.nix") ];
    value = { };
    problems = [ "layer-type imports[0]" ];
    message = "absent.nix";
  }
  {
    name = "a tag around a layer is refused";
    root.imports = [ (t.mkForce { mode = "plan"; }) ];
    value = { };
    problems = [ "unknown-tag imports[0]" ];
  }

  # --- overrides and extend
  {
    name = "overrides merge by the same rules";
    root = {
      imports = [ { overrides.limits.turns = 1; } ];
      overrides.limits.turns = 2;
    };
    value.overrides.limits.turns = 2;
  }
  {
    name = "overrides of siblings conflict";
    root.imports = [
      { overrides.limits.turns = 1; }
      { overrides.limits.turns = 2; }
    ];
    value.overrides.limits.turns = 1;
    problems = [ "conflict overrides.limits.turns" ];
  }
  {
    name = "a profile in a file is a profile value";
    root = {
      imports = [ (layer + "/profile.nix") ];
      tags = [ "mine" ];
    };
    value = {
      tags = [
        "profile"
        "mine"
      ];
      limits.turns = 7;
    };
  }
  {
    name = "a conflict names the lines of both layers";
    root.imports = [
      (layer + "/shared.nix")
      (layer + "/conflict.nix")
    ];
    value = {
      tags = [ "shared" ];
      limits.turns = 10;
    };
    problems = [ "conflict limits.turns" ];
    places = [
      "shared.nix:3"
      "conflict.nix:3"
    ];
  }
  {
    name = "a value without a place of its own points to its parent's";
    root.imports = [ (layer + "/mapped.nix") ];
    value.limits = { };
    problems = [ "type limits.turns" ];
    places = [ "mapped.nix:2" ];
  }
]
