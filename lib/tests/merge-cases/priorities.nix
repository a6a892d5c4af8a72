# Which definition wins, and when two conflict.
{
  t,
  profile,
  nixpkgsForce,
  nixpkgsDefault,
  ...
}:
[

  # --- priorities and dominance
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

  # --- siblings
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
]
