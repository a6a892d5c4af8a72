# What null removes.
{ t, ref, ... }:
[

  # --- null
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
    name = "a null against an unrelated section is settled by the importer's section";
    root = {
      imports = [
        {
          web.enabled = true;
          web.search.mode = "live";
          tags = [ "a" ];
        }
        {
          web = null;
          tags = null;
        }
      ];
      web.enabled = false;
      tags = [ "b" ];
    };
    value = {
      web = {
        enabled = false;
        search.mode = "live";
      };
      tags = [
        "a"
        "b"
      ];
    };
  }
  {
    name = "a null over a section leaves a later field that is null by schema absent";
    root = {
      imports = [ { web.search.auth = ref "brave.search.default"; } ];
      web = null;
    };
    value = { };
    removed = [ "web" ];
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
]
