# The built-in roles: valid, and bound as their roles are.
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    elem
    filter
    isString
    length
    mapAttrs
    match
    split
    toJSON
    ;

  lib = import ../.;
  policy = import ../policy;
  difference = import ./difference.nix;
  profiles = import ../../profiles {
    insomnia = {
      inherit lib;
      insomniaProfiles = profiles;
    };
  };

  test = name: got: expected: {
    name = "profiles: ${name}";
    ok = got == expected;
    inherit got expected;
  };

  manifests = mapAttrs (_: profile: profile.manifest) profiles;

  keeps =
    name: rules:
    test "${name} keeps its bounds" (concatMap (
      rule: map (problem: "${problem.path}: ${problem.message}") (rule manifests.${name})
    ) rules) [ ];

  locked = [
    policy.cannotWrite
    policy.noShell
    (policy.maxAutonomy "ask")
  ];

  everywhere = provider: [
    (policy.modelIn [ "${provider}/*" ])
    (policy.onlySecrets [ "${provider}.api.default" ])
    (policy.maxAutonomy "edits")
    (policy.requireDenyRead [
      "**/.env"
      "~/.ssh/**"
      "~/.config/insomnia/**"
      "~/.local/share/insomnia/**"
      "~/.local/state/insomnia/**"
      "~/.claude/.credentials.json"
      "~/.claude.json*"
      "~/.codex/auth.json"
      "~/.local/share/opencode/*auth.json"
    ])
    (policy.maxRetentionDays 90)
    (policy.onlyMcpServers [ ])
  ];

  denies =
    pattern:
    policy.requireDeny {
      tool = "bash";
      inherit pattern;
    };

  lines = text: length (filter isString (split "\n" text)) - 1;

  changed = base: name: mapAttrs (_: builtins.tail) (difference manifests.${base} manifests.${name});
  fields = base: name: attrNames (difference manifests.${base} manifests.${name});

  identity = [
    "profile.description"
    "profile.name"
    "profile.variant"
  ];
  numbers = [
    "context.compaction.requestThresholdTokens"
    "context.compaction.reservedTokens"
    "context.compaction.retainedTokens"
    "context.compaction.summaryMaxTokens"
    "context.compaction.thresholdTokens"
    "context.pruning.minSavingsTokens"
    "context.pruning.protectedTokens"
  ];
  prices = map (name: "model.prices.${name}") [
    "cacheRead"
    "cacheWrite"
    "input"
    "output"
  ];
in
[
  (test "none has problems" (mapAttrs (_: profile: profile.problems) profiles) (
    mapAttrs (_: _: [ ]) profiles
  ))
  (test "each has the name that it stands under" (mapAttrs (_: profile: profile.name) profiles) (
    mapAttrs (name: _: name) profiles
  ))
  (test "none holds a path of the store" (filter (
    name: length (split "/nix/store/" (toJSON manifests.${name})) > 1
  ) (attrNames manifests)) [ ])
  (test "every prompt is one to work by" (filter (
    manifest: lines manifest.prompts.system < 30 || lines manifest.prompts.system > 80
  ) (attrValues manifests)) [ ])
  (test "compaction begins where every runtime can do it, at 100000 tokens or later" (filter (
    name: manifests.${name}.context.compaction.thresholdTokens < 100000
  ) (attrNames manifests)) [ ])
]
++ map (
  name: keeps name (everywhere (if match ".*-openai" name != null then "openai" else "anthropic"))
) (attrNames profiles)
++ map (name: keeps name (locked ++ [ policy.noNetwork ])) [
  "reviewer"
  "reviewer-cheap"
  "reviewer-openai"
  "orchestrator"
  "orchestrator-openai"
]
++ map (name: keeps name locked) [
  "researcher"
  "researcher-cheap"
  "researcher-fast"
  "researcher-openai"
]
++
  map
    (
      name:
      keeps name (
        map denies [
          "rm* /"
          "rm* .git"
          "sudo *"
          "git push* --force*"
          "curl * | bash*"
        ]
      )
    )
    [
      "coder"
      "coder-cheap"
      "coder-fast"
      "coder-openai"
    ]
++
  map
    (
      role:
      test "${role}-openai is ${role} with another model" (filter
        (
          field:
          match "(subagents[.][a-z]+[.])?model[.].*|profile[.](name|description)" field == null
          && !(elem field numbers)
        )
        (fields role "${role}-openai")
      ) [ ]
    )
    [
      "coder"
      "orchestrator"
      "researcher"
      "reviewer"
    ]
++ [
  (test "a team's taste counts more than that of a role" (
    let
      profile = lib.mkProfile {
        name = "ours";
        imports = [
          profiles.reviewer
          {
            autonomy = "ask";
            context.budget = "small";
            compaction = "early";
            pruning = "off";
            retention = "7d";
            variant = "cheap";
            model.ref = "openai/gpt-5";
            model.effort = "low";
          }
        ];
      };
    in
    {
      inherit (profile) problems;
      inherit (profile.manifest.session) retentionDays;
      inherit (profile.manifest.model) ref auth effort;
    }
  ) {
    problems = [ ];
    retentionDays = 7;
    ref = "openai/gpt-5";
    auth = lib.secrets.ref "openai.api.default";
    effort = "low";
  })
  (test "two roles give one sentence"
    (map
      (
        others:
        map (problem: "${problem.path}: ${problem.message} [${problem.code}]")
          (lib.mkProfile {
            name = "ours";
            imports = map (name: profiles.${name}) others;
          }).problems
      )
      [
        [
          "coder"
          "reviewer"
        ]
        [
          "researcher-cheap"
          "orchestrator-openai"
        ]
        [
          "coder"
          "coder-openai"
        ]
      ]
    )
    [
      [
        "role: `coder` and `reviewer` are both imported, but a profile has one role [two-roles]"
      ]
      [
        "role: `researcher` and `orchestrator` are both imported, but a profile has one role [two-roles]"
      ]
      [ ]
    ]
  )
  (test "a model that nobody has a key for by convention has none" (
    (lib.mkProfile {
      name = "ours";
      imports = [ profiles.coder ];
      model = {
        ref = "home/qwen";
        contextWindowTokens = 200000;
        maxOutputTokens = 8192;
        wireApi = "openai-chat";
        baseUrl = "http://localhost:8080/v1";
      };
    }).manifest.model.auth
  ) null)
  (test "the keys of subagents are those of their providers" (
    mapAttrs (_: delegate: delegate.model.auth.name)
      (lib.mkProfile {
        name = "ours";
        imports = [ profiles.orchestrator ];
        subagents.explorer.model.ref = "google/gemini-2.5-flash";
      }).manifest.subagents
  ) {
    critic = "anthropic.api.default";
    explorer = "google.api.default";
    verifier = "anthropic.api.default";
  })
]
++ [
  (keeps "reviewer" [ policy.noDelegation ])
  (test "the researcher has the web" manifests.researcher.web.search.mode "live")
  (test "the coder writes in the workspace alone" manifests.coder.sandbox.filesystem
    "workspace-write"
  )
  (test "the coder's commands reach packages and remotes alone" manifests.coder.sandbox.allowedDomains
    [
      "@git-remotes"
      "@packages"
    ]
  )
  # What these are given cannot make them write elsewhere or run another program.
  (test "the coder allows any arguments to few commands" (map (rule: rule.pattern) (
    filter (
      rule: rule.tool == "bash" && rule.action == "allow" && match ".*[*].*" rule.pattern != null
    ) manifests.coder.permissions.rules
  )) [
    "git diff *"
    "git log *"
    "git show *"
    "git status *"
    "ls *"
  ])
  (test "the orchestrator delegates" (attrNames manifests.orchestrator.subagents) [
    "critic"
    "explorer"
    "verifier"
  ])

  (test "what coder-cheap changes" (fields "coder" "coder-cheap") (
    builtins.sort builtins.lessThan (
      numbers
      ++ identity
      ++ [
        "limits.maxCostCents"
        "limits.maxTurns"
        "limits.maxWallSeconds"
        "model.effort"
        "model.id"
        "model.maxOutputTokens"
        "model.ref"
      ]
      ++ prices
    )
  ))
  (test "what coder-fast changes" (fields "coder" "coder-fast") (
    builtins.sort builtins.lessThan (
      numbers
      ++ identity
      ++ [
        "limits.maxTurns"
        "limits.maxWallSeconds"
        "model.effort"
        "model.maxOutputTokens"
      ]
    )
  ))
  (test "what researcher-fast changes beside numbers"
    (removeAttrs (changed "researcher" "researcher-fast") (numbers ++ identity ++ prices))
    {
      "limits.maxTurns" = [ 60 ];
      "limits.maxWallSeconds" = [ 1800 ];
      "model.effort" = [ "low" ];
      "model.id" = [ "claude-haiku-5-5" ];
      "model.maxOutputTokens" = [ 32000 ];
      "model.ref" = [ "anthropic/claude-haiku-5-5" ];
      "permissions.rules" = [
        (map
          (tool: {
            inherit tool;
            pattern = "*";
            action = "allow";
          })
          [
            "glob"
            "grep"
            "read"
            "skill"
            "websearch"
          ]
        )
      ];
      "tools.allow" = [
        [
          "glob"
          "grep"
          "read"
          "skill"
          "websearch"
        ]
      ];
      "web.fetch.enabled" = [ false ];
      "web.search.mode" = [ "cached" ];
    }
  )

  (test "a role can be extended"
    (profiles.reviewer.extend {
      name = "my-reviewer";
      prompts.append = [ "Mind the licence headers." ];
    }).manifest.prompts.append
    [ "Mind the licence headers." ]
  )
  (test "a role can be imported, with another model"
    (
      let
        profile = lib.mkProfile {
          name = "my-coder";
          imports = [ profiles.coder ];
          model = {
            ref = "openai/gpt-5.2-codex";
            auth = lib.secrets.ref "openai.api.default";
          };
        };
      in
      {
        inherit (profile) problems;
        inherit (profile.manifest.model) wireApi contextWindowTokens;
        inherit (profile.manifest.context.compaction) thresholdTokens;
      }
    )
    {
      problems = [ ];
      wireApi = "openai-responses";
      contextWindowTokens = 400000;
      # (400000 - 80000) * 25% * 75%
      thresholdTokens = 60000;
    }
  )
  (test "a locked role stays locked under another tool policy" (map (problem: problem.message) (
    policy.cannotWrite
      (profiles.reviewer.extend {
        name = "opened";
        toolPolicy = "workspace";
      }).manifest
  )) [ ])
]
