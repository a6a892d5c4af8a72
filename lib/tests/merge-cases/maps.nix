# Free maps, closed objects, secret references.
{ t, ref, ... }:
[

  # --- maps and closed objects
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

  # --- secret references
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
]
