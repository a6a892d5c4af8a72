# The policies: each seen to hold for a manifest that keeps it and to speak up for
# one that does not; and the checks that are made of them.
let
  inherit (builtins)
    attrNames
    elem
    filter
    tryEval
    ;

  policy = import ../policy;
  mkChecks = import ../mkChecks.nix;
  lib = import ../.;

  test = name: got: expected: {
    name = "policy: ${name}";
    ok = got == expected;
    inherit got expected;
  };

  profile =
    layer:
    lib.mkProfile {
      name = "p";
      imports = [ layer ];
      model = {
        ref = "anthropic/claude-sonnet-4-5";
        auth = lib.secrets.ref "anthropic.api.default";
      };
    };
  manifest = layer: (profile layer).manifest;

  reader = { };
  writer = {
    toolPolicy = "workspace";
  };
  delegating = {
    subagents.helper = {
      description = "helps";
      prompts.system = "Help.";
      model.ref = "openai/gpt-5";
    };
  };
  outside.sandbox = {
    services.code = {
      host = "code.example.org";
      methods = [ "GET" ];
      paths = [ "/**" ];
      auth.value = lib.secrets.format "Basic {}" (lib.secrets.ref "code.login");
    };
    hostCommands.sign.command = [ "gpg" ];
  };
  server = {
    mcpServers.linear = {
      type = "http";
      url = "https://mcp.example.org";
    };
  };

  # One line for each problem.
  said = rule: layer: map (problem: "${problem.path}: ${problem.message}") (rule (manifest layer));

  # Policy, its name, a layer that keeps it, a layer that breaks it, what is said then.
  cases = [
    {
      name = "cannotWrite";
      rule = policy.cannotWrite;
      good = reader;
      bad = writer;
      says = [
        "tools.allow: the Pod has the tool `edit`"
        "tools.allow: the Pod has the tool `write`"
        "sandbox.filesystem: commands may write: `sandbox.filesystem` is `workspace-write`"
      ];
    }
    {
      name = "cannotWrite";
      rule = policy.cannotWrite;
      good = {
        tools.allow = [
          "read"
          "bash"
        ];
      };
      bad = server;
      says = [
        "mcpServers.linear: the MCP server `linear` is offered, and its tools may write"
      ];
    }
    {
      name = "cannotWrite";
      rule = policy.cannotWrite;
      # Not offered is one lock, denied by a rule another.
      good = {
        tools.allow = [ "edit" ];
        tools.deny = [ "write" ];
        permissions.rules = [
          {
            tool = "edit";
            action = "deny";
          }
        ];
      };
      bad = {
        toolPolicy = "full";
        sandbox.filesystem = "read-only";
      };
      says = [
        "tools.default: the Pod has the tool `edit`"
        "tools.default: the Pod has the tool `write`"
        "tools.default: the Pod has tools that no list names, which may do anything"
      ];
    }
    {
      name = "cannotWriteExcept";
      rule = policy.cannotWriteExcept { mcpServers = [ "linear" ]; };
      good = server;
      bad = {
        mcpServers.other = server.mcpServers.linear;
      };
      says = [
        "mcpServers.other: the MCP server `other` is offered, and its tools may write"
      ];
    }
    {
      name = "noShell";
      rule = policy.noShell;
      good = reader;
      bad = writer;
      says = [ "tools.allow: the Pod has the tool `bash`" ];
    }
    {
      name = "noShell";
      rule = policy.noShell;
      good = {
        toolPolicy = "workspace";
        tools.deny = [ "bash" ];
      };
      # What the Pod itself may not do is asked of its subagents as well.
      bad = {
        toolPolicy = "workspace";
        permissions.rules = [
          {
            tool = "bash";
            action = "deny";
          }
        ];
        subagents = delegating.subagents;
      };
      says = [ "subagents.helper.tools.allow: the subagent `helper` has the tool `bash`" ];
    }
    {
      name = "noDelegation";
      rule = policy.noDelegation;
      good = reader;
      bad = delegating;
      says = [
        "tools.allow: the Pod has the tool `agent`"
        "limits.maxSubagents: 4 subagents may run at a time"
      ];
    }
    {
      name = "maxAutonomy";
      rule = policy.maxAutonomy "edits";
      good = {
        autonomy = "edits";
      };
      bad = {
        autonomy = "full";
      };
      says = [
        "permissions.mode: `permissions.mode` is `bypass`, which exceeds the autonomy `edits`"
        "permissions.default: `permissions.default` is `allow`, which exceeds the autonomy `edits`"
      ];
    }
    {
      name = "requireDeny";
      rule = policy.requireDeny {
        tool = "bash";
        pattern = "sudo *";
      };
      good = {
        toolPolicy = "workspace";
        permissions.rules = [
          {
            tool = "bash";
            pattern = "sudo *";
            action = "deny";
          }
        ];
      };
      bad = writer;
      says = [ "permissions.rules: no rule denies `bash` with `sudo *`" ];
    }
    {
      name = "requireDeny";
      rule = policy.requireDeny {
        tool = "bash";
        pattern = "sudo -i*";
      };
      # A rule that covers what is required will do; one that may not does not.
      good = {
        toolPolicy = "workspace";
        permissions.rules = [
          {
            tool = "bash";
            pattern = "sudo *";
            action = "deny";
          }
        ];
      };
      bad = {
        toolPolicy = "workspace";
        permissions.rules = [
          {
            tool = "bash";
            pattern = "sudo * -i*";
            action = "deny";
          }
        ];
      };
      says = [ "permissions.rules: no rule denies `bash` with `sudo -i*`" ];
    }
    {
      name = "requireDeny";
      rule = policy.requireDeny { tool = "mcp__linear__*"; };
      good = server // {
        tools.deny = [ "mcp__*" ];
      };
      # One tool of those that are to be denied is offered by name.
      bad = server // {
        tools.allow = [ "mcp__linear__delete" ];
      };
      says = [ "permissions.rules: no rule denies `mcp__linear__*` with `*`" ];
    }
    {
      name = "cannotWrite";
      rule = policy.cannotWrite;
      # Each tool that is offered by name is denied by name.
      good = server // {
        tools.allow = [ "mcp__linear__list" ];
        tools.deny = [ "mcp__linear__list" ];
      };
      bad = server // {
        tools.allow = [ "mcp__linear__*" ];
        tools.deny = [ "mcp__linear__delete" ];
      };
      says = [
        "mcpServers.linear: the MCP server `linear` is offered, and its tools may write"
      ];
    }
    {
      name = "cannotWrite";
      rule = policy.cannotWrite;
      good = reader;
      bad = {
        sandbox.nix = true;
        sandbox.network = "full";
      };
      says = [
        "sandbox.nix: commands reach the Nix daemon, which writes for them outside the sandbox"
      ];
    }
    {
      name = "decides";
      rule = policy.decides {
        ask = [ "git push origin main" ];
        deny = [
          "git push --force"
          {
            tool = "read";
            path = "deploy/key";
          }
        ];
      };
      good = {
        toolPolicy = "workspace";
        permissions.rules = [
          {
            tool = "bash";
            pattern = "git push --force*";
            action = "deny";
          }
          {
            tool = "read";
            pattern = "deploy/**";
            action = "deny";
          }
        ];
      };
      bad = {
        toolPolicy = "workspace";
        permissions.rules = [
          {
            tool = "bash";
            pattern = "git push origin *";
            action = "allow";
          }
        ];
      };
      # `git push --force` is left to the guard: no rule matches it as it is written.
      says = [
        "permissions.rules: `git push origin main`, a call of `bash`: must be ask, got allow"
        "permissions.rules: `deploy/key`, a call of `read`: must be deny, got ask"
      ];
    }
    {
      name = "requireDenyRead";
      rule = policy.requireDenyRead [ "**/.env" ];
      good = {
        sandbox.denyRead = [ "**/.env" ];
      };
      bad = reader;
      says = [ "sandbox.denyRead: `**/.env` may be read" ];
    }
    {
      name = "requireDenyRead";
      rule = policy.requireDenyRead [
        "**/*.pem"
        "**/*.{key,p12}"
        ".env"
      ];
      good = {
        sandbox.denyRead = [
          "**/*.{pem,key,crt}"
          "**/*.p12"
          "./.env"
        ];
      };
      bad = {
        sandbox.denyRead = [ "**/*.{pem,key}" ];
      };
      says = [
        "sandbox.denyRead: `**/*.{key,p12}` may be read"
        "sandbox.denyRead: `.env` may be read"
      ];
    }
    {
      name = "noNetwork";
      rule = policy.noNetwork;
      good = reader;
      bad = {
        sandbox.hostPorts = [ 8080 ];
      };
      says = [
        "sandbox.hostPorts: commands reach ports of the host, and with them whatever listens there"
      ];
    }
    {
      name = "noWeb";
      rule = policy.noWeb;
      good = reader;
      bad = {
        web.preset = "live";
      };
      says = [
        "web.search.mode: the web is searched: `web.search.mode` is `live`"
        "web.fetch.enabled: pages are retrieved from the web"
      ];
    }
    {
      name = "noNetwork";
      rule = policy.noNetwork;
      good = writer;
      bad = {
        toolPolicy = "full";
        web.preset = "cached";
        inherit (server) mcpServers;
      };
      says = [
        "sandbox.network: commands reach the network: `sandbox.network` is `full`"
        "web.search.mode: the web is searched: `web.search.mode` is `cached`"
        "tools.default: the Pod has the tool `webfetch`"
        "tools.default: the Pod has tools that no list names, which may do anything"
        "mcpServers.linear.url: the MCP server `linear` is reached over the network"
      ];
    }
    {
      name = "noNetwork";
      rule = policy.noNetwork;
      good = reader;
      bad = outside;
      says = [ "sandbox.services.code: the service `code` reaches `code.example.org`" ];
    }
    {
      name = "noShell";
      rule = policy.noShell;
      good = reader;
      bad = outside;
      says = [ "sandbox.hostCommands.sign: the host command `sign` runs outside the sandbox" ];
    }
    {
      name = "cannotWrite";
      rule = policy.cannotWrite;
      good = reader;
      bad = outside;
      says = [ "sandbox.hostCommands.sign: the host command `sign` runs outside the sandbox" ];
    }
    {
      name = "noSecrets";
      rule = policy.onlySecrets [ "anthropic.api.default" ];
      good = reader;
      bad = outside;
      says = [ "sandbox.services.code.auth.value.refs[0]: the secret `code.login` is used here" ];
    }
    {
      name = "onlyMcpServers";
      rule = policy.onlyMcpServers [ "docs" ];
      good = reader;
      bad = server;
      says = [ "mcpServers.linear: there is an MCP server `linear`" ];
    }
    {
      name = "onlySecrets";
      rule = policy.onlySecrets [ "anthropic.*" ];
      good = reader;
      bad = {
        mcpServers.linear = server.mcpServers.linear // {
          headers.Authorization = lib.secrets.ref "linear.api";
        };
      };
      says = [ "mcpServers.linear.headers.Authorization: the secret `linear.api` is used here" ];
    }
    {
      name = "noSecrets";
      rule = policy.noSecrets;
      good = {
        model.auth = lib.mkForce null;
      };
      bad = reader;
      says = [ "model.auth: the secret `anthropic.api.default` is used here" ];
    }
    {
      name = "modelIn";
      rule = policy.modelIn [ "anthropic/*" ];
      good = reader;
      bad = {
        model.fallbacks = [
          "anthropic/claude-haiku-4-5"
          "openai/gpt-5-mini"
        ];
        model.small = "openai/gpt-5-nano";
        subagents = delegating.subagents;
      };
      says = [
        "model.small: the model `openai/gpt-5-nano` may be called"
        "model.fallbacks[1]: the model `openai/gpt-5-mini` may be called"
        "subagents.helper.model.ref: the model `openai/gpt-5` may be called"
      ];
    }
    {
      name = "maxCostCents";
      rule = policy.maxCostCents 200;
      good = {
        variant = "cheap";
      };
      bad = reader;
      says = [ "limits.maxCostCents: the cost is not limited" ];
    }
    {
      name = "maxRetentionDays";
      rule = policy.maxRetentionDays 30;
      good = reader;
      bad = {
        retention = "forever";
        memory.preset = "user";
      };
      says = [
        "session.retentionDays: sessions are kept for ever"
        "memory.retentionDays: memories are kept for ever"
      ];
    }
    {
      name = "make";
      rule = policy.make "no-sonnet" (manifest: [
        {
          at = [
            "model"
            "ref"
          ];
          message = "it is ${manifest.model.id}";
        }
      ]);
      good = null;
      bad = reader;
      says = [ "model.ref: it is claude-sonnet-4-5" ];
    }
  ];

  both =
    case:
    (if case.good == null then [ ] else [ (test "${case.name} holds" (said case.rule case.good) [ ]) ])
    ++ [ (test "${case.name} speaks up" (said case.rule case.bad) case.says) ];

  checksOf = arguments: (mkChecks arguments).x86_64-linux;

  profiles = {
    reader = profile reader;
    writer = profile writer;
    broken = profile { modle = { }; };
  };

  evaluates = value: (tryEval (value.drvPath or value)).success;
in
builtins.concatLists (map both cases)
++ [
  (test "every policy has a case" (filter (name: !(elem name (map (case: case.name) cases))) (
    attrNames policy
  )) [ ])
  (test "a problem has the shape of all problems" (policy.noShell (manifest writer)) [
    {
      code = "policy-no-shell";
      path = "tools.allow";
      pointer = "/tools/allow";
      message = "the Pod has the tool `bash`";
      hint = "add it to `tools.deny`, or choose a `toolPolicy` without it";
      positions = [ ];
    }
  ])
  (test "a level of autonomy that there is not" (evaluates (
    (policy.maxAutonomy "much") (manifest reader) == [ ]
  )) false)

  (test "checks for profiles and policies"
    (attrNames (checksOf {
      inherit profiles;
      policies = {
        reader = [
          policy.cannotWrite
          (policy.requireDeny { tool = "bash"; })
          (policy.requireDeny { tool = "edit"; })
        ];
        "*" = [ policy.noWeb ];
        writer = [ (_: [ ]) ];
      };
    }))
    [
      "policy-broken-no-web"
      "policy-reader-cannot-write"
      "policy-reader-no-web"
      "policy-reader-require-deny"
      "policy-reader-require-deny-2"
      "policy-writer-custom"
      "policy-writer-no-web"
      "profile-broken"
      "profile-reader"
      "profile-writer"
    ]
  )
  (test "the same checks for every system"
    (attrNames (mkChecks {
      profiles = { };
    }))
    [
      "aarch64-darwin"
      "aarch64-linux"
      "x86_64-darwin"
      "x86_64-linux"
    ]
  )
  (test "systems of one's own" (attrNames (mkChecks {
    profiles = { };
    systems = [ "riscv64-linux" ];
  })) [ "riscv64-linux" ])
  (test "a check fails when its profile or policy does"
    (builtins.mapAttrs (_: evaluates) (checksOf {
      inherit profiles;
      policies = [ policy.noShell ];
    }))
    {
      policy-broken-no-shell = false;
      policy-reader-no-shell = true;
      policy-writer-no-shell = false;
      profile-broken = false;
      profile-reader = true;
      profile-writer = true;
    }
  )
  (test "a plain manifest is checked as well"
    (builtins.mapAttrs (_: evaluates) (checksOf {
      profiles = {
        plain = manifest reader;
        wrong = manifest reader // {
          modle = { };
        };
        nothing = { };
      };
    }))
    {
      profile-plain = true;
      profile-wrong = false;
      profile-nothing = false;
    }
  )
  (test "a policy for a profile that there is not" (evaluates (checksOf {
    inherit profiles;
    policies.reviewr = [ policy.noShell ];
  })) false)
  (test "policies of another form"
    (map (problem: "${problem.path}: ${problem.message}; ${problem.hint}") (
      import ../policy/faults.nix [ "policies" ] (attrNames profiles) {
        reader = policy.noWeb;
        writer = [
          policy.maxAutonomy
          "edits"
        ];
        broken = [
          "noWeb"
          policy.requireDeny
          { tool = "edit"; }
        ];
        raeder = [ ];
      }
    ))
    [
      "policies.broken[0]: must be a policy, got a string; use one of insomnia.lib.policy, or create one with policy.make"
      "policies.broken[2]: must be a policy, got an attribute set; put a policy and its argument in parentheses: (policy.maxAutonomy \"edits\")"
      "policies.raeder: profile `raeder` not found; did you mean `reader`?"
      "policies.reader: must be a list of policies, got a policy; put it in brackets: policies.reader = [ … ];"
      "policies.writer[1]: must be a policy, got a string; put a policy and its argument in parentheses: (policy.maxAutonomy \"edits\")"
    ]
  )
  (test "policies that are no set"
    (map (policies: (builtins.head (import ../policy/faults.nix [ "policies" ] [ ] policies)).message) [
      policy.noWeb
      policy.maxAutonomy
      "noWeb"
    ])
    [
      "must be an attribute set of lists of policies, or one list, got a policy"
      "must be an attribute set of lists of policies, or one list, got a function"
      "must be an attribute set of lists of policies, or one list, got a string"
    ]
  )
  (test "policies of the right form"
    (import ../policy/faults.nix [ "policies" ] (attrNames profiles) {
      "*" = [ (_: [ ]) ];
      reader = [ policy.noWeb ];
    })
    [ ]
  )
  (test "what a policy answers is reported when it is no list of problems"
    (map
      (
        answer:
        map (problem: "${problem.code} ${problem.path}: ${problem.message}") (
          (checksOf {
            profiles = { inherit (profiles) reader; };
            policies = [ (_: answer) ];
          }).policy-reader-custom.insomniaPolicy.problems
        )
      )
      [
        [ ]
        true
        [ "bad" ]
        policy.noWeb
        [
          {
            at = [ "tools" ];
            message = "bad";
          }
        ]
      ]
    )
    [
      [ ]
      [ "policy-answer : the policy `custom` must return a list of problems, got a boolean" ]
      [ "policy-answer : the policy `custom` returned 1 of 1 problems without `at` and `message`" ]
      [ "policy-answer : the policy `custom` is a function that takes an argument before the manifest" ]
      [ "policy-custom tools: bad" ]
    ]
  )
  (test "the name of a system is not a profile" (evaluates (checksOf {
    profiles.x86_64-linux = { inherit (profiles) reader; };
  }).profile-x86_64-linux) false)
  (test "no check is asked of a binary cache" (map (check: check.drvAttrs.allowSubstitutes) (
    builtins.attrValues (checksOf {
      profiles = { inherit (profiles) reader; };
      policies = [ policy.noShell ];
    })
  )) [ false false ])
]
