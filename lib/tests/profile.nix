# mkProfile from end to end: identity, presets, overrides, removal, extension, problems.
let
  inherit (builtins)
    attrNames
    filter
    map
    match
    readFile
    replaceStrings
    toJSON
    tryEval
    ;
  build = import ./build.nix;
  inherit (build)
    brief
    file
    insomnia
    lib
    model
    profileOf
    ;
  test = build.test "profile";
  inherit (lib) mkForce mkDefault mkOverride;

  coder = file ./profiles/coder.nix;
  mistakes = file ./profiles/mistakes.nix;
  rules = file ./profiles/rules.nix;
  manifest = coder.manifest;

  # A report without the folder and the columns, which differ between Nix versions.
  report =
    profile:
    lib.report "the profile" (
      map (
        problem:
        problem
        // {
          positions = map (
            pos:
            {
              column = 0;
              inherit (pos) line;
              file = baseNameOf pos.file;
            }
            // (if pos ? note then { inherit (pos) note; } else { })
          ) problem.positions;
          message = replaceStrings [ (toString ./.) ] [ "." ] problem.message;
        }
      ) profile.problems
    )
    + "\n";
  golden =
    name: profile:
    test "the report of ${name}" (report profile) (readFile (./reports + "/${name}.txt"));

  canaries = text: replaceStrings [ "canary" ] [ "" ] text != text;
  problemsOf = layer: brief (profileOf layer).problems;
  manifestOf = layer: (profileOf layer).manifest;
  hints = layer: map (problem: problem.hint or "") (profileOf layer).problems;
in
[
  # --- a healthy profile
  (test "is a profile value"
    [ coder._type coder.name coder.problems ]
    [
      "insomnia.profile"
      "coder"
      [ ]
    ]
  )
  (test "identity goes to manifest.profile" manifest.profile {
    name = "coder";
    description = "The coder";
    role = "custom";
    variant = "standard";
    tags = [ ];
  })
  (test "the manifest has every section and nothing else" (attrNames manifest) [
    "context"
    "hooks"
    "limits"
    "mcpServers"
    "memory"
    "model"
    "permissions"
    "profile"
    "prompts"
    "sandbox"
    "schema"
    "session"
    "skills"
    "subagents"
    "tools"
    "web"
    "workflows"
  ])
  (test "a preset sets manifest fields" manifest.permissions.mode "acceptEdits")
  (test "lists gather through imports" manifest.prompts.append [
    "base"
    "coder"
  ])
  (test "sets are sorted, each element once, defaults filled in" manifest.permissions.rules [
    {
      action = "allow";
      pattern = "*";
      tool = "edit";
    }
    {
      action = "ask";
      pattern = "git push*";
      tool = "bash";
    }
  ])
  (test "secret references stay references" manifest.web.search.auth {
    _type = "insomnia.secret-ref/v1";
    name = "brave.search.default";
  })
  (test "defaults are filled in entries of maps" manifest.mcpServers.git.startupTimeoutSeconds 30)
  (test "the manifest is plain data" (builtins.isString (toJSON manifest)) true)

  # --- priorities against presets and defaults
  (test "what an author writes beats the preset"
    (manifestOf {
      autonomy = "full";
      permissions.mode = "plan";
    }).permissions.mode
    "plan"
  )
  (test "mkDefault beats the preset too"
    (manifestOf {
      autonomy = "full";
      permissions.mode = mkDefault "plan";
    }).permissions.mode
    "plan"
  )
  (test "above 1400 the preset wins"
    (manifestOf {
      autonomy = "full";
      permissions.mode = mkOverride 1450 "plan";
    }).permissions.mode
    "bypass"
  )
  (test "above 1400 an author still beats a default of the schema"
    (manifestOf { prompts.contextMaxBytes = mkOverride 1450 5; }).prompts.contextMaxBytes
    5
  )
  (test "above 1500 the default of the schema wins"
    (manifestOf { prompts.contextMaxBytes = mkOverride 1550 5; }).prompts.contextMaxBytes
    65536
  )
  (test "an author's list replaces a preset's"
    (manifestOf {
      toolPolicy = "read-only";
      tools.allow = [ "bash" ];
    }).tools.allow
    [ "bash" ]
  )

  # --- overrides
  (test "overrides beat presets without mkForce"
    (manifestOf { overrides.context.compaction.thresholdTokens = 20000; })
    .context.compaction.thresholdTokens
    20000
  )
  (test "overrides beat what the author forces"
    (manifestOf {
      limits.maxTurns = mkForce 3;
      overrides.limits.maxTurns = 4;
    }).limits.maxTurns
    4
  )
  (test "overrides replace lists"
    (manifestOf {
      prompts.append = [ "a" ];
      overrides.prompts.append = [ "b" ];
    }).prompts.append
    [ "b" ]
  )
  (test "overrides lay maps over by key"
    (attrNames
      (manifestOf {
        mcpServers.a.command = "a";
        overrides.mcpServers.b.command = "b";
      }).mcpServers
    )
    [
      "a"
      "b"
    ]
  )
  (test "overrides replace a map with mkForce" (attrNames
    (manifestOf {
      mcpServers.a.command = "a";
      overrides.mcpServers = mkForce { b.command = "b"; };
    }).mcpServers
  ) [ "b" ])
  (test "tools of servers that overrides take away are not offered"
    (map
      (
        overrides:
        filter (tool: match "mcp__.*" tool != null)
          (manifestOf {
            mcpServers.a.command = "a";
            mcpServers.b.command = "b";
            inherit overrides;
          }).tools.allow
      )
      [
        { }
        { mcpServers.a = null; }
        { mcpServers = mkForce { b.command = "c"; }; }
      ]
    )
    [
      [
        "mcp__a__*"
        "mcp__b__*"
      ]
      [ "mcp__b__*" ]
      [ "mcp__b__*" ]
    ]
  )
  (test "null in overrides removes an optional field" (
    (manifestOf {
      prompts.language = "de";
      overrides.prompts.language = null;
    }).prompts ? language
  ) false)
  (test "overrides reach the identity" (manifestOf { overrides.profile.name = "other"; }).profile.name
    "other"
  )
  (test "null in overrides on a required field is refused" (problemsOf {
    overrides.limits.maxDepth = null;
  }) [ "not-removable overrides.limits.maxDepth" ])
  (test "a field at the wrong place in overrides is pointed to" (hints { overrides.effort = "high"; })
    [
      "did you mean `overrides.model.effort`?"
    ]
  )
  (test "a field that is wrong in overrides is named there" (problemsOf {
    overrides.limits.maxTurns = 0;
  }) [ "minimum overrides.limits.maxTurns" ])

  # --- removal
  (test "null removes an optional field from import and preset" (
    (lib.mkProfile {
      name = "test";
      imports = [
        {
          inherit model;
          memory.preset = "user";
          memory.extractThresholdTokens = 5;
        }
      ];
      memory.extractThresholdTokens = null;
    }).manifest.memory ? extractThresholdTokens
  ) false)
  (test "null is no limit, over an import, a preset and a default"
    (
      let
        made = lib.mkProfile {
          name = "test";
          variant = "cheap";
          imports = [
            {
              inherit model;
              limits.maxCostCents = 5;
              limits.maxTokens = 5;
            }
          ];
          limits.maxTurns = null;
          limits.maxWallSeconds = null;
          limits.maxCostCents = null;
          limits.maxTokens = null;
          session.retentionDays = null;
          memory.retentionDays = null;
        };
        inherit (made.manifest) limits session memory;
      in
      [
        limits
        session.retentionDays
        memory.retentionDays
      ]
    )
    [
      {
        maxCostCents = null;
        maxDepth = 0;
        maxSubagents = 0;
        maxTokens = null;
        maxTurns = null;
        maxWallSeconds = null;
      }
      null
      null
    ]
  )
  (test "limits are written out" (manifestOf { }).limits {
    maxCostCents = null;
    maxDepth = 0;
    maxSubagents = 0;
    maxTokens = null;
    maxTurns = 200;
    maxWallSeconds = 14400;
  })
  (test "a limit gives way to a stronger one" (
    (lib.mkProfile {
      name = "test";
      imports = [
        {
          inherit model;
          limits.maxTurns = lib.mkForce 7;
        }
      ];
      limits.maxTurns = null;
    }).manifest.limits.maxTurns
  ) 7)
  (test "null on a required field is refused" (problemsOf { limits.maxDepth = null; }) [
    "not-removable limits.maxDepth"
  ])
  (test "null on a section is refused" (problemsOf { web = null; }) [ "not-removable web" ])
  (test "null on overrides is none" (manifestOf {
    overrides = null;
    context = null;
    memory.preset = null;
  }) (manifestOf { }))
  (test "null on a preset is no choice" (problemsOf { compaction = null; }) [ ])
  (test "null is the value of auth"
    (manifestOf {
      model = model // {
        auth = null;
      };
    }).model.auth
    null
  )
  (test "null removes an entry of a map" (attrNames
    (lib.mkProfile {
      name = "test";
      imports = [
        {
          inherit model;
          mcpServers.a.command = "a";
          mcpServers.b.command = "b";
        }
      ];
      mcpServers.a = null;
    }).manifest.mcpServers
  ) [ "b" ])

  # --- extension and imports of profiles
  (test "extend keeps the name"
    [
      (coder.extend { limits.maxTurns = 3; }).name
      (coder.extend { limits.maxTurns = 3; }).manifest.limits.maxTurns
    ]
    [
      "coder"
      3
    ]
  )
  (test "extend may give a name" (coder.extend { name = "mine"; }).manifest.profile.name "mine")
  (test "an extension beats what it extends"
    (coder.extend { description = "Mine"; }).manifest.profile.description
    "Mine"
  )
  (test "an extension computes presets anew"
    (coder.extend { autonomy = "observe"; }).manifest.permissions.mode
    "plan"
  )
  (test "extensions chain"
    ((coder.extend { prompts.append = [ "x" ]; }).extend { prompts.append = [ "y" ]; })
    .manifest.prompts.append
    [
      "base"
      "coder"
      "x"
      "y"
    ]
  )
  (test "an extension may be a function or a path"
    [
      (coder.extend ({ insomnia }: { limits.maxTurns = 4; })).manifest.limits.maxTurns
      (coder.extend ./profiles/personal.nix).manifest.profile.description
    ]
    [
      4
      "Personal"
    ]
  )
  (test "one file extends two profiles, and both are imported"
    (
      let
        made =
          tag:
          lib.mkProfile {
            name = tag;
            inherit model;
            tags = [ tag ];
          };
        mine = lib.mkProfile {
          name = "mine";
          imports = [
            ((made "a").extend ./profiles/personal.nix)
            ((made "b").extend ./profiles/personal.nix)
          ];
        };
      in
      [
        mine.manifest.profile.tags
        mine.manifest.profile.description
      ]
    )
    [
      [
        "a"
        "b"
      ]
      "Personal"
    ]
  )
  (test "a profile in imports gives its layers, presets are computed anew"
    (
      let
        mine = lib.mkProfile {
          name = "mine";
          imports = [ coder ];
          autonomy = "auto";
        };
      in
      [
        mine.manifest.profile.name
        mine.manifest.permissions.mode
        mine.manifest.prompts.append
      ]
    )
    [
      "mine"
      "auto"
      [
        "base"
        "coder"
      ]
    ]
  )
  (test "a profile reached as value and as file counts once"
    (lib.mkProfile {
      name = "mine";
      imports = [
        coder
        ./profiles/coder.nix
        ./profiles/base.nix
      ];
    }).manifest.prompts.append
    [
      "base"
      "coder"
    ]
  )
  (test "two profiles that disagree conflict" (brief
    (lib.mkProfile {
      name = "mine";
      imports = [
        coder
        (profileOf { description = "Other"; })
      ];
    }).problems
  ) [ "conflict description" ])

  (test "a profile of a profile is that profile" (lib.mkProfile coder).manifest manifest)

  # --- what is wrong
  (test "a tag inside an element of a list"
    (map (problem: "${problem.code} ${problem.hint}")
      (profileOf {
        hooks = [
          {
            event = "PreToolUse";
            command = [ "true" ];
            timeoutSeconds = mkDefault 5;
          }
        ];
      }).problems
    )
    [
      "type mkForce, mkDefault and the like have no effect inside an element of a list; tag the list"
    ]
  )
  (test "a profile without a name" (brief (lib.mkProfile { inherit model; }).problems) [
    "missing-name name"
  ])
  (test "a profile without a model" (brief (lib.mkProfile { name = "x"; }).problems) [
    "required model.ref"
  ])
  (test "a profile that is no layer" (brief (lib.mkProfile 3).problems) [ "layer-type " ])
  (test "a wrong type is not reported again as a missing field" (brief
    (lib.mkProfile {
      name = "x";
      model.ref = 3;
    }).problems
  ) [ "type model.ref" ])
  (test "a malformed reference is not reported again as an unknown model" (brief
    (lib.mkProfile {
      name = "x";
      model.ref = "gpt";
    }).problems
  ) [ "pattern model.ref" ])
  (test "numbers of an unknown model break no rule" (brief
    (lib.mkProfile {
      name = "x";
      model.ref = "acme/x";
      model.maxOutputTokens = 64000;
    }).problems
  ) [ "unknown-model model.ref" ])
  (test "an unknown preset says so" (problemsOf { compaction = "balancd"; }) [
    "unknown-preset compaction"
  ])
  (test "a retention of another form is an unknown preset" (problemsOf { retention = "3 weeks"; }) [
    "unknown-preset retention"
  ])
  (test "startup inputs are refused, with where they belong"
    [
      (problemsOf {
        podName = "x";
        cwd = "/x";
        prompt = "x";
        session.id = "x";
      })
      (filter (hint: replaceStrings [ "insomnia pod" ] [ "" ] hint == hint) (hints {
        podName = "x";
        cwd = "/x";
        prompt = "x";
      }))
    ]
    [
      [
        "startup-input cwd"
        "startup-input podName"
        "startup-input prompt"
        "startup-input session.id"
      ]
      [ ]
    ]
  )
  (test "a field of another section is pointed to" (hints { effort = "high"; }) [
    "did you mean `model.effort`?"
  ])
  (test "derived sections are pointed to overrides" (map
    (hint: replaceStrings [ "overrides.context.compaction" ] [ "" ] hint != hint)
    (hints {
      context.compaction.thresholdTokens = 5;
    })
  ) [ true ])
  (test "a literal in a secret slot is not shown" (canaries (
    toJSON
      (profileOf {
        web.search.auth = "canary";
        mcpServers.a = {
          command = "a";
          env.TOKEN = "canary";
          headers.Auth = 3;
        };
        model = model // {
          auth = "canary";
        };
      }).problems
  )) false)
  (test "a secret name of another form is a problem of the field" (problemsOf {
    web.search.auth = lib.secrets.ref "../x";
  }) [ "pattern web.search.auth.name" ])
  (test "the manifest of a faulty profile throws" (tryEval mistakes.manifest).success false)
  (test "one report shows no literal" (canaries (toJSON mistakes.problems)) false)
  (test "every problem has the shape" (filter (
    problem:
    !(builtins.all (field: problem ? ${field}) [
      "code"
      "path"
      "pointer"
      "message"
      "positions"
    ])
  ) (mistakes.problems ++ rules.problems)) [ ])
  (test "every problem has a place" (map (problem: problem.path) (
    filter (problem: problem.positions == [ ]) mistakes.problems
  )) [ ])
  (golden "mistakes" mistakes)
  (golden "rules" rules)

  # --- manifests
  (test "mkManifest gives back a complete manifest" (lib.mkManifest manifest) manifest)
  (test "mkManifest fills defaults"
    (lib.mkManifest (removeAttrs manifest [ "limits" ])).limits.maxTurns
    200
  )
  (test "checkManifest gives problems as data" (brief
    (lib.checkManifest (
      manifest
      // {
        limits = manifest.limits // {
          maxTurns = 0;
        };
      }
    )).problems
  ) [ "minimum limits.maxTurns" ])
  (test "mkManifest throws on problems" (tryEval (lib.mkManifest { })).success false)
  (test "of many mistakes the first are reported, and that there are more"
    (
      let
        many = profileOf (
          builtins.listToAttrs (
            builtins.genList (n: {
              name = "field${toString n}";
              value = n;
            }) 2000
          )
        );
        last = builtins.elemAt many.problems 99;
      in
      [
        (builtins.length many.problems)
        last.code
        last.message
        ((builtins.head many.problems) ? hint)
      ]
    )
    [
      100
      "more-problems"
      "too many problems; the others are not listed"
      false
    ]
  )

  # --- strings that are no secret; put together, so that no scanner takes them for leaks
  (test "a literal key is a problem" (problemsOf {
    mcpServers.a = {
      command = "a";
      args = [ ("gh" + "p_0123456789abcdefghijABCDEFGHIJ012345") ];
    };
  }) [ "rule-literal-key mcpServers.a.args[0]" ])
  (test "plain is the string itself, and its place is listed"
    (
      let
        key = "gh" + "p_0123456789abcdefghijABCDEFGHIJ012345";
        made = manifestOf {
          mcpServers.a = {
            command = "a";
            args = [
              "--key"
              (lib.plain key)
            ];
            env.ONE = lib.plain key;
            env.TWO.value = lib.plain "nothing like a key";
          };
          overrides.hooks = lib.mkForce [
            {
              event = "SessionEnd";
              command = [
                "x"
                (lib.plain key)
              ];
            }
          ];
        };
      in
      {
        args = made.mcpServers.a.args == [ "--key" key ];
        env = made.mcpServers.a.env;
        inherit (made) plain;
      }
      == {
        args = true;
        env.ONE.value = key;
        env.TWO.value = "nothing like a key";
        plain = [
          "/hooks/0/command/1"
          "/mcpServers/a/args/1"
          "/mcpServers/a/env/ONE/value"
        ];
      }
    )
    true
  )
  (test "a string that nothing marks stays a problem, wherever another is marked" (problemsOf {
    mcpServers.a = {
      command = "a";
      args = [ (lib.plain ("gh" + "p_0123456789abcdefghijABCDEFGHIJ012345")) ];
      env.ONE.value = "gl" + "pat-0123456789abcdefghij";
    };
  }) [ "rule-literal-key mcpServers.a.env.ONE.value" ])
  (test "without keys nothing is listed"
    ((manifestOf { mcpServers.a = { command = lib.plain "a"; }; }) ? plain)
    false
  )
  (test "plain is refused where it has no effect" (problemsOf { prompts.system = lib.plain "a"; }) [
    "unknown-tag prompts.system"
  ])
]
