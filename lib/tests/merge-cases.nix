# Merge cases: what a tree of layers must give, written before the merge.
#
# Each case: `root` (the layer given to the merge), then
#   value     the whole merged value (a required null is kept, a removed field is absent)
#   problems  [ "code path" ] in any order; absent means none
#   places    [ "file:line" ] of the first problem's positions, by base name (optional)
#   weak      [ "path priority" ] of winners that a preset at 1400 beats (optional)
#
# `t` are the tags of the library, `ref` is secrets.ref, `profile` makes a profile value
# over the schema of the cases, `layer` is the folder of layer files.
{
  t,
  ref,
  profile,
  layer,
}:
let
  # What nixpkgs' own functions make.
  nixpkgsForce = content: {
    _type = "override";
    priority = 50;
    inherit content;
  };
  nixpkgsDefault = content: {
    _type = "override";
    priority = 1000;
    inherit content;
  };
  base = {
    must = "x";
  };
  shared = profile {
    name = "shared";
    must = "x";
    tags = [ "shared" ];
    mode = "ask";
  };
in
[
  # --- one layer -------------------------------------------------------------------------
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

  # --- priorities and dominance ----------------------------------------------------------
  {
    name = "a layer beats what it imports";
    root = {
      imports = [ { mode = "plan"; } ];
      mode = "auto";
    };
    value.mode = "auto";
  }
  {
    name = "an importer beats what its imports import";
    root = {
      imports = [ { imports = [ { mode = "plan"; } ]; } ];
      mode = "auto";
    };
    value.mode = "auto";
  }
  {
    name = "mkForce below beats a plain value above";
    root = {
      imports = [ { mode = t.mkForce "plan"; } ];
      mode = "auto";
    };
    value.mode = "plan";
  }
  {
    name = "mkDefault above yields to a plain value below";
    root = {
      imports = [ { mode = "plan"; } ];
      mode = t.mkDefault "auto";
    };
    value.mode = "plan";
  }
  {
    name = "two mkDefault: the importer's counts";
    root = {
      imports = [ { mode = t.mkDefault "plan"; } ];
      mode = t.mkDefault "auto";
    };
    value.mode = "auto";
  }
  {
    name = "two mkForce: the importer's counts";
    root = {
      imports = [ { mode = t.mkForce "plan"; } ];
      mode = t.mkForce "auto";
    };
    value.mode = "auto";
  }
  {
    name = "mkOverride: the lower number wins";
    root = {
      imports = [ { mode = t.mkOverride 70 "plan"; } ];
      mode = t.mkOverride 90 "auto";
    };
    value.mode = "plan";
  }
  {
    name = "a name that depends on the store";
    root = {
      imports = [
        (profile {
          name = "${builtins.toFile "name" "text"}";
          mode = "ask";
        })
      ];
    };
    value.mode = "ask";
  }
  {
    name = "the innermost tag counts";
    root = {
      imports = [ { mode = t.mkForce (t.mkDefault "plan"); } ];
      mode = "auto";
    };
    value.mode = "auto";
  }
  {
    name = "nixpkgs' own tags are honoured";
    root = {
      imports = [
        {
          mode = nixpkgsForce "plan";
          note = nixpkgsDefault "low";
        }
      ];
      mode = "auto";
      note = nixpkgsDefault "high";
    };
    value = {
      mode = "plan";
      note = "high";
    };
  }
  {
    name = "a priority above 1400 is marked as weaker than a preset";
    root = {
      mode = t.mkOverride 1450 "plan";
      limits = t.mkOverride 1600 { turns = 3; };
    };
    value = {
      mode = "plan";
      limits.turns = 3;
    };
    weak = [
      "limits.turns 1600"
      "mode 1450"
    ];
  }

  # --- siblings ---------------------------------------------------------------------------
  {
    name = "siblings with equal values agree";
    root.imports = [
      { mode = "plan"; }
      { mode = "plan"; }
    ];
    value.mode = "plan";
  }
  {
    name = "siblings with different values conflict; the first is used on";
    root.imports = [
      { mode = "plan"; }
      { mode = "auto"; }
    ];
    value.mode = "plan";
    problems = [ "conflict mode" ];
  }
  {
    name = "a sibling conflict is settled by the importer";
    root = {
      imports = [
        { mode = "plan"; }
        { mode = "auto"; }
      ];
      mode = "ask";
    };
    value.mode = "ask";
  }
  {
    name = "a sibling conflict is settled by priority";
    root.imports = [
      { mode = "plan"; }
      { mode = t.mkDefault "auto"; }
    ];
    value.mode = "plan";
  }
  {
    name = "a conflict of three names all three places";
    root.imports = [
      { limits.turns = 1; }
      { limits.turns = 2; }
      { limits.turns = 3; }
    ];
    value.limits.turns = 1;
    problems = [ "conflict limits.turns" ];
    placeCount = 3;
  }
  {
    name = "an importer that defers with mkDefault does not settle a conflict";
    root = {
      imports = [
        { mode = "plan"; }
        { mode = "auto"; }
      ];
      mode = t.mkDefault "ask";
    };
    value.mode = "plan";
    problems = [ "conflict mode" ];
  }
  {
    name = "only the fields in conflict conflict";
    root.imports = [
      {
        limits.turns = 1;
        limits.seconds = 5;
      }
      { limits.turns = 2; }
    ];
    value.limits = {
      turns = 1;
      seconds = 5;
    };
    problems = [ "conflict limits.turns" ];
  }

  # --- the graph --------------------------------------------------------------------------
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

  # --- what is no layer -------------------------------------------------------------------
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

  # --- lists -------------------------------------------------------------------------------
  {
    name = "lists concatenate, imports first, in the order of imports";
    root = {
      imports = [
        { tags = [ "a" ]; }
        { tags = [ "b" ]; }
      ];
      tags = [ "c" ];
    };
    value.tags = [
      "a"
      "b"
      "c"
    ];
  }
  {
    name = "mkBefore and mkAfter move";
    root = {
      imports = [
        { tags = t.mkAfter [ "a" ]; }
        { tags = [ "b" ]; }
      ];
      tags = t.mkBefore [ "c" ];
    };
    value.tags = [
      "c"
      "b"
      "a"
    ];
  }
  {
    name = "two mkBefore keep the order of the layers";
    root = {
      imports = [
        { tags = t.mkBefore [ "a" ]; }
        { tags = [ "m" ]; }
      ];
      tags = t.mkBefore [ "b" ];
    };
    value.tags = [
      "a"
      "b"
      "m"
    ];
  }
  {
    name = "mkForce replaces a list";
    root = {
      imports = [ { tags = [ "a" ]; } ];
      tags = t.mkForce [ "b" ];
    };
    value.tags = [ "b" ];
  }
  {
    name = "mkForce of an empty list empties";
    root = {
      imports = [ { tags = [ "a" ]; } ];
      tags = t.mkForce [ ];
    };
    value.tags = [ ];
  }
  {
    name = "mkDefault of a list yields to any plain list";
    root = {
      imports = [ { tags = t.mkDefault [ "a" ]; } ];
      tags = [ "b" ];
    };
    value.tags = [ "b" ];
  }
  {
    name = "two mkForce of lists concatenate";
    root = {
      imports = [ { tags = t.mkForce [ "a" ]; } ];
      tags = t.mkForce [ "b" ];
    };
    value.tags = [
      "a"
      "b"
    ];
  }
  {
    name = "priority and order tags combine, either way round";
    root = {
      imports = [
        { tags = t.mkForce [ "a" ]; }
        { tags = [ "gone" ]; }
      ];
      tags = t.mkForce (t.mkBefore [ "b" ]);
    };
    value.tags = [
      "b"
      "a"
    ];
  }
  {
    name = "order outside priority";
    root = {
      imports = [ { tags = t.mkForce [ "a" ]; } ];
      tags = t.mkBefore (t.mkForce [ "b" ]);
    };
    value.tags = [
      "b"
      "a"
    ];
  }
  {
    name = "an order tag on no list is refused, the content counts";
    root.mode = t.mkBefore "plan";
    value.mode = "plan";
    problems = [ "unknown-tag mode" ];
  }
  {
    name = "elements of lists carry no tags";
    root.tags = [
      "a"
      (t.mkForce "b")
    ];
    value.tags = [ "a" ];
    problems = [ "unknown-tag tags[1]" ];
  }
  {
    name = "sets of rules gather from all layers";
    root = {
      imports = [
        {
          rules = [
            {
              tool = "bash";
              action = "ask";
            }
          ];
        }
      ];
      rules = [
        {
          tool = "edit";
          action = "deny";
        }
      ];
    };
    value.rules = [
      {
        tool = "bash";
        action = "ask";
      }
      {
        tool = "edit";
        action = "deny";
      }
    ];
  }
  {
    name = "a list that is one value replaces";
    root = {
      imports = [
        {
          argv = [
            "npx"
            "a"
          ];
        }
      ];
      argv = [ "uvx" ];
    };
    value.argv = [ "uvx" ];
  }
  {
    name = "two lists that are one value conflict between siblings";
    root.imports = [
      { argv = [ "npx" ]; }
      { argv = [ "uvx" ]; }
    ];
    value.argv = [ "npx" ];
    problems = [ "conflict argv" ];
  }

  # --- maps and closed objects -----------------------------------------------------------
  {
    name = "free maps merge by key, entries by field";
    root = {
      imports = [
        { servers.git.command = "git-mcp"; }
        { servers.web.command = "web-mcp"; }
      ];
      servers.git.args = [ "-v" ];
    };
    value.servers = {
      git = {
        command = "git-mcp";
        args = [ "-v" ];
      };
      web.command = "web-mcp";
    };
  }
  {
    name = "mkForce on a free map replaces it whole";
    root = {
      imports = [ { servers.git.command = "git-mcp"; } ];
      servers = t.mkForce { web.command = "web-mcp"; };
    };
    value.servers.web.command = "web-mcp";
  }
  {
    name = "mkDefault on a free map gives way whole";
    root = {
      imports = [ { servers = t.mkDefault { git.command = "git-mcp"; }; } ];
      servers.web.command = "web-mcp";
    };
    value.servers.web.command = "web-mcp";
  }
  {
    name = "two mkDefault maps merge by key";
    root = {
      imports = [ { labels = t.mkDefault { a = "1"; }; } ];
      labels = t.mkDefault { b = "2"; };
    };
    value.labels = {
      a = "1";
      b = "2";
    };
  }
  {
    name = "an entry of a free map may be tagged by itself";
    root = {
      imports = [ { labels.a = t.mkForce "low"; } ];
      labels.a = "high";
      labels.b = "b";
    };
    value.labels = {
      a = "low";
      b = "b";
    };
  }
  {
    name = "a tag on a closed object goes down to its leaves";
    root = {
      imports = [
        {
          web = t.mkForce {
            enabled = true;
            search.mode = "live";
          };
        }
      ];
      web.enabled = false;
      web.search.provider = "brave";
    };
    value.web = {
      enabled = true;
      search = {
        mode = "live";
        provider = "brave";
      };
    };
  }
  {
    name = "a tag inside a tagged object wins over the pushed one";
    root = {
      imports = [
        {
          limits = t.mkForce {
            turns = t.mkDefault 1;
            seconds = 1;
          };
        }
      ];
      limits.turns = 2;
      limits.seconds = 2;
    };
    value.limits = {
      turns = 2;
      seconds = 1;
    };
  }
  {
    name = "a tag on a closed object reaches lists inside it";
    root = {
      imports = [ { servers.git.tools = [ "a" ]; } ];
      servers.git = t.mkForce { tools = [ "b" ]; };
    };
    value.servers.git.tools = [ "b" ];
  }
  {
    name = "mkDefault on a section yields field by field";
    root = {
      imports = [
        {
          limits = t.mkDefault {
            turns = 1;
            seconds = 1;
          };
        }
        { limits.turns = 5; }
      ];
    };
    value.limits = {
      turns = 5;
      seconds = 1;
    };
  }

  # --- null --------------------------------------------------------------------------------
  {
    name = "null removes an optional leaf of an import";
    root = {
      imports = [ { note = "x"; } ];
      note = null;
    };
    value = { };
    removed = [ "note" ];
  }
  {
    name = "a weaker null removes nothing";
    root = {
      imports = [ { note = "x"; } ];
      note = t.mkDefault null;
    };
    value.note = "x";
  }
  {
    name = "null and a value between siblings conflict";
    root.imports = [
      { note = "x"; }
      { note = null; }
    ];
    value.note = "x";
    problems = [ "conflict note" ];
  }
  {
    name = "null removes an entry of a free map";
    root = {
      imports = [
        {
          servers.git.command = "a";
          servers.web.command = "b";
        }
      ];
      servers.git = null;
    };
    value.servers.web.command = "b";
    removed = [ "servers.git" ];
  }
  {
    name = "null removes a section of an import";
    root = {
      imports = [
        {
          web.search.mode = "live";
          web.enabled = true;
        }
      ];
      web = null;
    };
    value = { };
    removed = [ "web" ];
  }
  {
    name = "a field forced below survives a null above";
    root = {
      imports = [
        {
          web.search.mode = t.mkForce "live";
          web.enabled = true;
        }
      ];
      web = null;
    };
    value.web.search.mode = "live";
  }
  {
    name = "a set above a null wins over it";
    root = {
      imports = [ { web = null; } ];
      web.enabled = true;
    };
    value.web.enabled = true;
  }
  {
    name = "null between: what it covers is gone, what covers it stays";
    root = {
      imports = [
        {
          imports = [ { web.search.mode = "live"; } ];
          web = null;
        }
      ];
      web.enabled = true;
    };
    value.web.enabled = true;
  }
  {
    name = "a null and an unrelated set conflict once, at the set";
    root.imports = [
      {
        web.enabled = true;
        web.search.mode = "live";
      }
      { web = null; }
    ];
    value.web = {
      enabled = true;
      search.mode = "live";
    };
    problems = [ "conflict web" ];
  }
  {
    name = "null removes a list and a map";
    root = {
      imports = [
        {
          tags = [ "a" ];
          labels.a = "1";
        }
      ];
      tags = null;
      labels = null;
    };
    value = { };
    removed = [
      "labels"
      "tags"
    ];
  }
  {
    name = "null removes the lists of the imports it covers, a later list starts anew";
    root = {
      imports = [
        {
          imports = [ { tags = [ "old" ]; } ];
          tags = null;
        }
      ];
      tags = [ "new" ];
    };
    value.tags = [ "new" ];
  }
  {
    name = "a mkForce null removes";
    root.imports = [
      { note = "x"; }
      { note = t.mkForce null; }
    ];
    value = { };
    removed = [ "note" ];
  }
  {
    name = "null on a required field is refused";
    root = {
      imports = [ { must = "x"; } ];
      must = null;
    };
    value = { };
    problems = [ "not-removable must" ];
  }
  {
    name = "null is a value where the schema has null";
    root = {
      imports = [ { web.search.auth = ref "brave.search.default"; } ];
      web.search.auth = null;
    };
    value.web.search.auth = null;
  }

  # --- secret references --------------------------------------------------------------------
  {
    name = "a secret reference is one value";
    root = {
      imports = [ { web.search.auth = ref "brave.search.default"; } ];
      web.search.auth = ref "brave.search.work";
    };
    value.web.search.auth = {
      _type = "insomnia.secret-ref/v1";
      name = "brave.search.work";
    };
  }
  {
    name = "values of env replace";
    root = {
      imports = [ { servers.git.env.TOKEN.value = "a"; } ];
      servers.git.env.TOKEN = ref "git.token";
    };
    value.servers.git.env.TOKEN = {
      _type = "insomnia.secret-ref/v1";
      name = "git.token";
    };
  }
  {
    name = "a literal in conflict in a secret slot is not shown";
    root.imports = [
      { servers.git.env.TOKEN.value = "sk-one"; }
      { servers.git.env.TOKEN.value = "sk-two"; }
    ];
    value.servers.git.env.TOKEN.value = "sk-one";
    problems = [ "conflict servers.git.env.TOKEN" ];
    absent = "sk-";
  }

  # --- tags that are refused -----------------------------------------------------------------
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

  # --- wrong definitions ---------------------------------------------------------------------
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

  # --- overrides and extend --------------------------------------------------------------------
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
