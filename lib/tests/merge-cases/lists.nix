# How lists gather and move.
{ t, ... }:
[

  # --- lists
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
]
