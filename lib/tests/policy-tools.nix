# Policies are the second lock behind the validator: what they say of manifests whose
# tools and rules no validator would let through.
let
  inherit (builtins)
    any
    attrNames
    concatMap
    elemAt
    filter
    head
    isList
    isString
    length
    mapAttrs
    readFile
    removeAttrs
    replaceStrings
    split
    tryEval
    ;

  lib = import ../.;
  inherit (lib) policy;

  test = name: got: expected: {
    name = "policy, tools: ${name}";
    ok = got == expected;
    inherit got expected;
  };

  manifest =
    layer:
    (lib.mkProfile {
      name = "p";
      imports = [ layer ];
      model.ref = "anthropic/claude-sonnet-4-5";
    }).manifest;

  # A valid manifest with sections that are not.
  changed = whole: changes: whole // mapAttrs (section: fields: whole.${section} // fields) changes;

  reader = changed (manifest { });
  writer = changed (manifest {
    toolPolicy = "workspace";
  });
  withServer = changed (manifest {
    mcpServers.linear = {
      type = "http";
      url = "https://mcp.example.org";
    };
  });
  offering = names: reader { tools.allow = names; };

  delegating = manifest {
    subagents.helper = {
      description = "helps";
      prompts.system = "Help.";
    };
  };
  helper =
    changes:
    delegating
    // {
      subagents.helper = changed delegating.subagents.helper changes;
    };

  rule = tool: pattern: action: { inherit tool pattern action; };

  # Every policy that speaks of tools; all hold for the reader.
  aboutTools = {
    cannotWrite = policy.cannotWrite;
    cannotWriteExcept = policy.cannotWriteExcept { mcpServers = [ ]; };
    noShell = policy.noShell;
    noDelegation = policy.noDelegation;
    noWeb = policy.noWeb;
    noNetwork = policy.noNetwork;
    onlyMcpServers = policy.onlyMcpServers [ ];
    requireDeny = policy.requireDeny { tool = "bash"; };
    maxAutonomy = policy.maxAutonomy "ask";
  };

  # The same, and those about what calls may do; all hold for the reader, and all must
  # count what its subagents may be given as its own.
  aboutRights = aboutTools // {
    decides = policy.decides { deny = [ "git push" ]; };
  };
  # What these are about, no ceiling of subagents has.
  aboutOther = {
    make = "makes policies";
    maxCostCents = "limits";
    maxRetentionDays = "what is kept";
    modelIn = "models";
    noSecrets = "secrets";
    onlySecrets = "secrets";
    requireDenyRead = "the sandbox";
  };
  under =
    ceiling:
    reader { }
    // {
      delegation = { inherit ceiling; };
    };
  worker = {
    tools = {
      default = "deny";
      allow = [
        "agent"
        "bash"
        "edit"
        "webfetch"
        "mcp__other__search"
      ];
      deny = [ ];
    };
    permissions = {
      mode = "bypass";
      default = "allow";
      rules = [ ];
    };
  };

  # The names of the table in docs/permissions.md of what tools are called elsewhere.
  elsewhere =
    let
      page = readFile ../../docs/permissions.md;
      table = elemAt (split "[|] name elsewhere [|][^\n]*\n[^\n]*\n" page) 2;
      rows = filter isString (split "\n" (head (split "\n\n" table)));
      names = row: map head (filter isList (split "`([^`]+)`" (elemAt (split "[|]" row) 2)));
    in
    concatMap names rows;

  # The same, and some names that are close to ours.
  foreign = elsewhere ++ [
    "BASH"
    "bash "
    "bash*"
    "b*"
    "edit*"
    ""
    "**"
    "mcp__"
    "mcp__linear"
    "mcp__linear__"
    "mcp__other__search"
    "mcp__lin*"
    "MCP__linear__search"
    "linear.search"
    "newtool"
  ];

  holds = part: text: replaceStrings [ part ] [ "" ] text != text;
  lines = map (problem: "${problem.path}: ${problem.message}");

  # The policies that do not name a name, for each name.
  silent =
    manifestWith: names:
    concatMap (
      name:
      let
        names = problem: holds "`${name}`" problem.message;
        found = policy: aboutTools.${policy} (manifestWith name);
      in
      map (policy: "${policy}: ${name}") (
        filter (policy: !(any names (found policy))) (attrNames aboutTools)
      )
    ) names;

  brokenOf = policies: whole: filter (name: policies.${name} whole != [ ]) (attrNames policies);
  broken = brokenOf aboutTools;
  evaluates = value: (tryEval value).success;
in
[
  (test "all hold for a reader" (broken (reader { })) [ ])
  (test "each policy is about what the agent may do or about something else" (attrNames policy) (
    attrNames (aboutRights // aboutOther)
  ))
  (test "what subagents may be given counts as the Pod's own" (brokenOf aboutRights (
    under worker
  )) (attrNames aboutRights))
  (test "a ceiling that gives nothing breaks none" (brokenOf aboutRights (under {
    tools = {
      default = "deny";
      allow = [ "read" ];
      deny = [ ];
    };
    inherit (reader { }) permissions;
  })) [ ])
  (test "an empty ceiling breaks none" (brokenOf aboutRights (under { })) [ ])
  (test "a ceiling is named as what it is" (lines (policy.noShell (under worker))) [
    "delegation.ceiling.tools.allow: the subagent ceiling has the tool `bash`"
    "delegation.ceiling.tools.allow: the subagent ceiling has the tool `mcp__other__search`, which is unknown and may do anything"
  ])
  (test "a rule of the Pod does not bind where the ceiling has its own" (lines (
    policy.requireDeny
      {
        tool = "bash";
        pattern = "sudo *";
      }
      (
        under worker
        // {
          permissions = (reader { }).permissions // {
            rules = [ (rule "bash" "sudo *" "deny") ];
          };
        }
      )
  )) [
    "delegation.ceiling.permissions.rules: no rule denies `bash` with `sudo *`"
    "delegation.ceiling.tools.allow: the subagent ceiling has the tool `mcp__other__search`, which is unknown and may do anything"
  ])
  (test "a rule of the Pod binds under a ceiling of tools alone" (policy.requireDeny
    {
      tool = "bash";
      pattern = "sudo *";
    }
    (
      under {
        tools = worker.tools // {
          allow = [ "bash" ];
        };
      }
      // {
        permissions = (reader { }).permissions // {
          rules = [ (rule "bash" "sudo *" "deny") ];
        };
      }
    )
  ) [ ])
  (test "a ceiling of permissions alone counts with the Pod's tools" (
    brokenOf
      {
        shell = policy.noShell;
        autonomy = policy.maxAutonomy "ask";
      }
      (under {
        inherit (worker) permissions;
      })
  ) [ "autonomy" ])
  (test "what is to be allowed, or asked about, may be held back from subagents" (
    (policy.decides {
      allow = [ "git status" ];
      ask = [ "git push" ];
    })
      (
        writer {
          permissions.default = "ask";
          permissions.rules = [ (rule "bash" "git status" "allow") ];
        }
        // {
          delegation.ceiling.tools = {
            default = "deny";
            allow = [ ];
            deny = [ ];
          };
        }
      )
  ) [ ])
  (test "Pods that may be started are delegation" (lines (
    policy.noDelegation (reader { } // { delegation.profiles = [ "builtin:coder" ]; })
  )) [ "delegation.profiles: Pods may be started of builtin:coder" ])
  (test "a subagent that is kept to other servers cannot write with one" (policy.cannotWrite (
    (
      helper {
        tools.allow = [ "mcp__linear__get" ];
      }
      // {
        inherit (withServer { }) mcpServers;
      }
    )
    // {
      subagents.helper = (helper { tools.allow = [ "mcp__linear__get" ]; }).subagents.helper // {
        mcpServers = [ ];
      };
    }
  )) [ ])

  (test "the page names many tools of others" (length elsewhere > 50) true)
  (test "an unknown name may do anything" (silent (name: offering [ name ]) foreign) [ ])
  (test "so may a subagent's" (silent (name: helper { tools.allow = [ name ]; }) foreign) [ ])
  (test "so may one that is denied as well" (silent (
    name:
    reader {
      tools.allow = [ name ];
      tools.deny = [ name ];
      permissions.rules = [ (rule name "*" "deny") ];
    }
  ) foreign) [ ])
  (test "the vocabulary and the tools of the manifest's servers are known"
    (broken (withServer {
      tools.allow = [
        "read"
        "grep"
        "glob"
        "skill"
        "mcp__linear__*"
        "mcp__linear__get_issue"
        "mcp__*"
      ];
    }))
    [
      "cannotWrite"
      "cannotWriteExcept"
      "noNetwork"
      "onlyMcpServers"
    ]
  )
  (test "a star is every tool" (broken (offering [ "*" ])) [
    "cannotWrite"
    "cannotWriteExcept"
    "noDelegation"
    "noNetwork"
    "noShell"
    "noWeb"
    "requireDeny"
  ])
  (test "so is the default" (broken (reader { tools.default = "allow"; })) [
    "cannotWrite"
    "cannotWriteExcept"
    "noDelegation"
    "noNetwork"
    "noShell"
    "noWeb"
    "requireDeny"
  ])
  (test "tools that no list names are still there when one is denied" (lines (policy.noShell (reader {
    tools.default = "allow";
    tools.deny = [ "bash" ];
  }))) [ "tools.default: the Pod has tools that no list names, which may do anything" ])
  (test "a subagent that has every tool"
    (lines (
      policy.noShell (helper {
        tools.default = "allow";
      })
    ))
    [
      "subagents.helper.tools.default: the subagent `helper` has the tool `bash`"
      "subagents.helper.tools.default: the subagent `helper` has tools that no list names, which may do anything"
    ]
  )

  (test "only its own name or a star denies a tool"
    (map
      (
        denied:
        policy.noShell (writer {
          tools.deny = [ denied ];
        }) == [ ]
        && policy.noShell (writer {
          permissions.rules = [ (rule denied "*" "deny") ];
        }) == [ ]
      )
      [
        "bash"
        "*"
        "ba*"
        "Bash"
        "BASH"
        "bash "
        "shell"
        "mcp__*"
        ""
      ]
    )
    [
      true
      true
      false
      false
      false
      false
      false
      false
      false
    ]
  )
  (test "only the pattern of every call denies a tool"
    (filter
      (
        pattern:
        policy.noShell (writer {
          permissions.rules = [ (rule "bash" pattern "deny") ];
        }) == [ ]
      )
      [
        "*"
        "**"
        "* *"
        "?*"
        ""
        "/**"
        "\\*"
      ]
    )
    [ "*" ]
  )
  (test "only deny denies a tool" (filter
    (
      action:
      policy.noShell (writer {
        permissions.rules = [ (rule "bash" "*" action) ];
      }) == [ ]
    )
    [
      "deny"
      "ask"
      "allow"
      "Deny"
    ]
  ) [ "deny" ])

  (test "tools for the web count, with the web off" (lines (policy.noWeb (offering [
    "read"
    "webfetch"
    "websearch"
  ]))) [
    "tools.allow: the Pod has the tool `webfetch`"
    "tools.allow: the Pod has the tool `websearch`"
  ])
  (test "so do those of subagents" (lines (
    policy.noNetwork (helper { tools.allow = [ "webfetch" ]; })
  )) [ "subagents.helper.tools.allow: the subagent `helper` has the tool `webfetch`" ])
  (test "a subagent's MCP tools may write"
    (lines (
      policy.cannotWrite (
        (helper { tools.allow = [ "mcp__linear__get" ]; })
        // {
          inherit (withServer { }) mcpServers;
        }
      )
    ))
    [
      "mcpServers.linear: the MCP server `linear` is offered, and its tools may write"
    ]
  )

  (test "a rule is required for what a subagent has" (lines (
    policy.requireDeny { tool = "bash"; } (helper { tools.allow = [ "bash" ]; })
  )) [ "permissions.rules: no rule denies `bash` with `*`" ])
  (test "a rule of the Pod binds its subagents" (policy.requireDeny
    {
      tool = "bash";
      pattern = "sudo *";
    }
    (
      helper { tools.allow = [ "bash" ]; }
      // {
        permissions = delegating.permissions // {
          rules = [ (rule "bash" "sudo *" "deny") ];
        };
      }
    )
  ) [ ])
  (test "a rule cannot be required for a tool that there is not"
    (map (arguments: evaluates (policy.requireDeny arguments (reader { }) == [ ])) [
      { tool = "Bash"; }
      { tool = "ba*"; }
      { tool = "mcp__"; }
      { tool = "mcp__linear"; }
      {
        tool = "bash";
        pattern = "";
      }
      {
        tool = "bash";
        pattern = "kubectl delete:*";
      }
      { tool = "*"; }
      { tool = "mcp__linear__*"; }
      { tool = "mcp__*"; }
    ])
    [
      false
      false
      false
      false
      false
      false
      true
      true
      true
    ]
  )

  (test "a subagent's autonomy counts"
    (lines (policy.maxAutonomy "edits" (helper { permissions.mode = "bypass"; })))
    [
      "subagents.helper.permissions.mode: `subagents.helper.permissions.mode` is `bypass`, which exceeds the autonomy `edits`"
    ]
  )
  (test "an unknown mode goes furthest"
    (lines (
      policy.maxAutonomy "full" (reader {
        permissions.mode = "yolo";
      })
    ))
    [
      "permissions.mode: `permissions.mode` is `yolo`, which exceeds the autonomy `full`"
    ]
  )
  (test "a rule that allows everything goes as far as a default that does"
    (map
      (
        level:
        lines (
          policy.maxAutonomy level (reader {
            permissions.rules = [ (rule "*" "*" "allow") ];
          })
        )
      )
      [
        "edits"
        "auto"
      ]
    )
    [
      [
        "permissions.rules: a rule allows every call of every tool, which exceeds the autonomy `edits`"
      ]
      [ ]
    ]
  )
]
