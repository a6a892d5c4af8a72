# The presets: their numbers, the order that the numbers keep for every model, and
# what is said about words that are no preset.
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    genList
    isAttrs
    length
    listToAttrs
    ;

  lib = import ../.;
  presets = import ../presets;
  inherit (presets) all derive;

  test = name: got: expected: {
    name = "presets: ${name}";
    ok = got == expected;
    inherit got expected;
  };

  holds =
    name: faults:
    test name (genList (builtins.elemAt faults) (if length faults > 5 then 5 else length faults)) [ ];

  # --- the order of the numbers

  choicesOf = name: attrNames all.${name}.choices;

  combinations = concatMap (
    budget:
    concatMap (
      compaction:
      concatMap (
        pruning:
        map (variant: {
          inherit compaction pruning variant;
          context.budget = budget;
        }) (choicesOf "variant")
      ) (choicesOf "pruning")
    ) (choicesOf "compaction")
  ) (choicesOf "budget");

  faultsOf =
    model: choice:
    let
      derived = derive (choice // { inherit model; });
      inherit (derived) values;
      c = values.context.compaction;
      p = values.context.pruning;
      window = model.contextWindowTokens or values.model.contextWindowTokens;
      must = {
        "no problems" = derived.problems == [ ];
        "0 < retained" = 0 < c.retainedTokens;
        "retained < threshold" = c.retainedTokens < c.thresholdTokens;
        "threshold < request threshold" = c.thresholdTokens < c.requestThresholdTokens;
        "request threshold <= window - reserved" = c.requestThresholdTokens <= window - c.reservedTokens;
        "0 < summary <= retained" = 0 < c.summaryMaxTokens && c.summaryMaxTokens <= c.retainedTokens;
        "protected + savings <= threshold" = p.protectedTokens + p.minSavingsTokens <= c.thresholdTokens;
        "enabled: protected < threshold" = !p.enabled || p.protectedTokens < c.thresholdTokens;
      };
      broken = filter (rule: !must.${rule}) (attrNames must);
    in
    if broken == [ ] then
      [ ]
    else
      [
        {
          inherit model choice broken;
          inherit (values) context;
        }
      ];

  catalogOrder = map (
    ref:
    holds "the numbers of ${ref} keep their order" (concatMap (faultsOf { inherit ref; }) combinations)
  ) (attrNames lib.models);

  oddModels =
    concatMap
      (
        window:
        map
          (output: {
            ref = "home/odd";
            wireApi = "openai-chat";
            contextWindowTokens = window;
            maxOutputTokens = output;
          })
          [
            1
            7
            204
            205
            1024
            4096
            window
          ]
      )
      [
        1024
        1025
        1031
        2047
        8192
        32768
        131071
        100000000
      ];

  # --- the schema, where Go's types say which words there are

  schema = builtins.fromJSON (builtins.readFile ../schema/profile.json);
  resolve =
    node:
    if node ? "$ref" then
      schema."$defs".${builtins.elemAt (builtins.match "#/[$]defs/(.*)" node."$ref") 0}
    else
      node;
  fieldOf =
    at: builtins.foldl' (node: name: resolve (resolve node).properties.${name}) (resolve schema) at;
  enumOf = name: (fieldOf all.${name}.at).enum or null;

  # --- single presets

  sonnet = {
    ref = "anthropic/claude-sonnet-4-5";
  };
  valuesOf = profile: (derive ({ model = sonnet; } // profile)).values;
  numbers = profile: (valuesOf profile).context.compaction;

  # With the overrides laid over.
  resolved =
    layer:
    (lib.mkProfile (
      {
        name = "p";
        model = sonnet;
      }
      // layer
    )).manifest.context.compaction;

  # Every choice through the whole library: the manifest is valid.
  choiceProfile =
    at: value:
    builtins.foldl' (inner: name: { ${name} = inner; }) value (
      genList (index: builtins.elemAt at (length at - 1 - index)) (length at)
    );
  wholeProfiles = concatMap (
    name:
    map (
      choice:
      test "`${choice}` for ${name} gives a valid manifest"
        (lib.mkProfile (
          {
            name = "p";
            model = sonnet;
          }
          // choiceProfile all.${name}.at choice
        )).problems
        [ ]
    ) (choicesOf name)
  ) (filter (name: all.${name}.at != [ "model" ]) (attrNames all));

  # --- sources

  leaves =
    path: tree:
    if isAttrs tree && !(tree ? _type) then
      concatMap (name: leaves (if path == "" then name else "${path}.${name}") tree.${name}) (
        attrNames tree
      )
    else
      [ path ];

  rich = {
    model = sonnet;
    variant = "cheap";
    memory.preset = "user";
    mcpServers.linear = { };
    subagents = {
      same = { };
      other.model.ref = "google/gemini-2.5-pro";
    };
  };

  # --- words that are no preset

  unknown =
    profile:
    map (problem: {
      inherit (problem) code at message;
      expected = problem.expected or null;
      hint = problem.hint or null;
    }) (derive ({ model = sonnet; } // profile)).problems;

  unknownOf =
    name:
    let
      inherit (all.${name}) at;
      found = unknown (choiceProfile at "nonsense-word");
    in
    test "${name} names its choices"
      (map (problem: {
        inherit (problem) code at;
        listed = filter (choice: builtins.match ".*[ ]${choice}(,.*)?" problem.expected == null) (
          choicesOf name
        );
      }) found)
      [
        {
          code = "unknown-preset";
          inherit at;
          listed = [ ];
        }
      ];

  # --- models

  own = {
    ref = "home/llama";
    contextWindowTokens = 32768;
    maxOutputTokens = 2048;
    wireApi = "openai-chat";
  };
in
catalogOrder
++ wholeProfiles
++ map unknownOf (attrNames all)
++ map (name: test "the choices of ${name} are the schema's" all.${name}.order (enumOf name)) (
  filter (name: name != "retention") (attrNames all)
)
++ map (
  name:
  test "the order of ${name} holds its choices" (builtins.sort builtins.lessThan all.${name}.order) (
    choicesOf name
  )
) (attrNames all)
++ [
  (holds "the numbers of odd windows and output caps keep their order" (
    concatMap (model: concatMap (faultsOf model) combinations) oddModels
  ))

  (test "numbers for a window of 200000, when a profile says nothing" (valuesOf { }).context {
    compaction = {
      strategy = "summarize";
      reservedTokens = 40000;
      thresholdTokens = 90000;
      requestThresholdTokens = 105000;
      retainedTokens = 22500;
      summaryMaxTokens = 4500;
    };
    pruning = {
      enabled = true;
      protectedTokens = 27000;
      minSavingsTokens = 4500;
    };
  })
  (test "numbers for the widest budget"
    (valuesOf {
      context.budget = "full";
      compaction = "late";
      pruning = "aggressive";
    }).context
    {
      compaction = {
        strategy = "summarize";
        reservedTokens = 40000;
        thresholdTokens = 144000;
        requestThresholdTokens = 152000;
        retainedTokens = 43200;
        summaryMaxTokens = 7200;
      };
      pruning = {
        enabled = true;
        protectedTokens = 21600;
        minSavingsTokens = 2880;
      };
    }
  )
  (test "compaction off keeps the numbers of late"
    (numbers {
      compaction = "off";
    })
    (
      numbers { compaction = "late"; }
      // {
        strategy = "off";
      }
    )
  )
  (test "pruning off" (valuesOf { pruning = "off"; }).context.pruning {
    enabled = false;
    protectedTokens = 0;
    minSavingsTokens = 0;
  })

  (test "an override of the threshold moves what follows from it"
    (resolved { overrides.context.compaction.thresholdTokens = 120000; })
    {
      strategy = "summarize";
      reservedTokens = 40000;
      thresholdTokens = 120000;
      requestThresholdTokens = 140000;
      retainedTokens = 30000;
      summaryMaxTokens = 6000;
    }
  )
  (test "an override of what is reserved moves the rest"
    (resolved { overrides.context.compaction.reservedTokens = 100000; })
    {
      strategy = "summarize";
      reservedTokens = 100000;
      thresholdTokens = 56250;
      requestThresholdTokens = 65625;
      retainedTokens = 14062;
      summaryMaxTokens = 2812;
    }
  )
  (test "an override of what is retained caps the summary"
    (resolved { overrides.context.compaction.retainedTokens = 1000; }).summaryMaxTokens
    1000
  )
  (test "a threshold that does not fit is reported where it was written"
    (map (problem: { inherit (problem) code path; })
      (lib.mkProfile {
        name = "p";
        model = sonnet;
        overrides.context.compaction.thresholdTokens = 500000;
      }).problems
    )
    [
      {
        code = "rule-compaction-order";
        path = "overrides.context.compaction.thresholdTokens";
      }
    ]
  )
  (test "a raw override wins without mkForce"
    (lib.mkProfile {
      name = "p";
      model = sonnet;
      overrides.context.compaction.thresholdTokens = 120000;
    }).manifest.context.compaction.thresholdTokens
    120000
  )

  (test "autonomy"
    (listToAttrs (
      map (level: {
        name = level;
        value = (valuesOf { autonomy = level; }).permissions;
      }) (choicesOf "autonomy")
    ))
    {
      observe = {
        mode = "plan";
        default = "ask";
      };
      ask = {
        mode = "ask";
        default = "ask";
      };
      edits = {
        mode = "acceptEdits";
        default = "ask";
      };
      auto = {
        mode = "auto";
        default = "allow";
      };
      full = {
        mode = "bypass";
        default = "allow";
      };
    }
  )

  (test "retention"
    (map (retention: (valuesOf { inherit retention; }).session.retentionDays) [
      "none"
      "1d"
      "30d"
      "9999d"
      "forever"
    ])
    [
      0
      1
      30
      9999
      null
    ]
  )
  (test "retention goes for memories too" (valuesOf { retention = "7d"; }).memory.retentionDays 7)
  (test "retentions that are none"
    (map
      (
        retention:
        length (unknown {
          inherit retention;
        })
      )
      [
        "0d"
        "10000d"
        "d"
        "7"
        "-1d"
        "7 d"
        ""
      ]
    )
    [
      1
      1
      1
      1
      1
      1
      1
    ]
  )

  (test "the tool policy when a profile says nothing is to read"
    {
      inherit (valuesOf { }) tools sandbox;
    }
    {
      tools = {
        default = "deny";
        allow = lib.toolPolicies.read-only;
      };
      sandbox = {
        filesystem = "read-only";
        network = "none";
      };
    }
  )
  (test "the tool policy workspace"
    {
      inherit (valuesOf { toolPolicy = "workspace"; }) tools sandbox;
    }
    {
      tools = {
        default = "deny";
        allow = lib.toolPolicies.workspace;
      };
      sandbox = {
        filesystem = "workspace-write";
        network = "none";
      };
    }
  )
  (test "domains make an allowlist of the network"
    (valuesOf {
      toolPolicy = "workspace";
      sandbox.allowedDomains = [ "example.org" ];
    }).sandbox.network
    "allowlist"
  )
  (test "MCP servers, delegates and the web are offered"
    (valuesOf {
      mcpServers.linear = { };
      subagents.critic = { };
      web.preset = "live";
    }).tools.allow
    (
      lib.toolPolicies.read-only
      ++ [
        "mcp__linear__*"
        "agent"
        "websearch"
        "webfetch"
      ]
    )
  )
  (test "the tool policy none offers nothing"
    (valuesOf {
      toolPolicy = "none";
      mcpServers.linear = { };
      web.preset = "live";
    }).tools.allow
    [ ]
  )
  (test "the tool policy research turns the web on"
    {
      inherit (valuesOf { toolPolicy = "research"; }) web;
      offered =
        filter (
          tool:
          elem tool [
            "websearch"
            "webfetch"
          ]
        ) (valuesOf { toolPolicy = "research"; }).tools.allow != [ ];
    }
    {
      web = {
        search.mode = "live";
        fetch.enabled = true;
      };
      offered = true;
    }
  )
  (test "no web tools without the web"
    (valuesOf {
      toolPolicy = "research";
      web.preset = "off";
    }).tools.allow
    lib.toolPolicies.read-only
  )
  (test "a search that an author turns on is offered" (elem "websearch"
    (valuesOf {
      web.search.mode = "cached";
    }).tools.allow
  ) true)
  (test "web cached searches and fetches nothing" (valuesOf { web.preset = "cached"; }).web {
    search.mode = "cached";
    fetch.enabled = false;
  })

  (test "memory when a profile says nothing" (valuesOf { }).memory {
    enabled = false;
    scope = "project";
    injectSummary = false;
    retentionDays = 30;
  })
  (test "memory of a user" (valuesOf { memory.preset = "user"; }).memory {
    enabled = true;
    scope = "user";
    injectSummary = true;
    retentionDays = 30;
    extractThresholdTokens = 45000;
  })

  (test "the variant cheap"
    {
      inherit (valuesOf { variant = "cheap"; }) limits;
      inherit ((valuesOf { variant = "cheap"; }).model) effort maxOutputTokens;
    }
    {
      limits = {
        maxTurns = 100;
        maxWallSeconds = 7200;
        maxCostCents = 200;
        maxSubagents = 0;
        maxDepth = 0;
      };
      effort = "low";
      maxOutputTokens = 32000;
    }
  )
  (test "the variant leaves an output cap of the author's alone"
    (derive {
      variant = "fast";
      model = sonnet // {
        maxOutputTokens = 10000;
      };
    }).values.context.compaction.reservedTokens
    10000
  )
  (test "a model without reasoning has no effort"
    (derive {
      model.ref = "openai/gpt-4.1";
    }).values.model.effort
    "none"
  )

  (test "every derived field has a source" (attrNames (derive rich).sources) (
    builtins.sort builtins.lessThan (leaves "" (derive rich).values)
  ))
  (test "a source names preset, choice and formula"
    (derive { model = sonnet; }).sources."context.compaction.retainedTokens"
    {
      name = "compaction";
      value = "balanced";
      formula = "T * 25%";
    }
  )

  (test "an unknown preset is reported with a suggestion" (unknown { compaction = "balancd"; }) [
    {
      code = "unknown-preset";
      at = [ "compaction" ];
      message = "unknown preset `balancd` for `compaction`";
      expected = "one of: off, early, balanced, late";
      hint = "did you mean `balanced`?";
    }
  ])
  (test "an unknown retention tells how days are written" (unknown { retention = "30 days"; }) [
    {
      code = "unknown-preset";
      at = [ "retention" ];
      message = "unknown preset `30 days` for `retention`";
      expected = "one of: none, forever, or a number of days such as 30d";
      hint = null;
    }
  ])
  (test "all unknown presets are reported at once" (length (unknown {
    autonomy = "x";
    toolPolicy = "x";
    context.budget = "x";
    compaction = "x";
    pruning = "x";
    retention = "x";
    memory.preset = "x";
    web.preset = "x";
    variant = "x";
  })) 9)

  (test "the catalog fills a model" (derive { model = sonnet; }).values.model {
    provider = "anthropic";
    id = "claude-sonnet-4-5";
    wireApi = "anthropic";
    contextWindowTokens = 200000;
    maxOutputTokens = 64000;
    effort = "medium";
    prices = {
      input = 3000000;
      output = 15000000;
      cacheRead = 300000;
      cacheWrite = 3750000;
    };
  })
  (test "every price of the catalog is one of the manifest"
    (builtins.filter (
      ref:
      let
        prices = lib.models.${ref}.prices or null;
      in
      prices != null
      && !(
        prices ? input
        && prices ? output
        && builtins.all (price: builtins.isInt price && price > 0) (builtins.attrValues prices)
        && (prices.cacheRead or prices.input) <= prices.input
        && prices.input < prices.output
      )
    ) (attrNames lib.models))
    [ ]
  )
  (test "a model that is not the catalog's has the author's prices, and its delegates on it"
    (
      let
        made = derive {
          model = own // {
            ref = "home/qwen";
            prices = {
              input = 1;
              output = 2;
            };
            headers.X-Team.value = "a";
          };
          subagents.same.model = { };
          subagents.sibling.model = own // {
            ref = "home/other";
          };
          subagents.other.model.ref = "anthropic/claude-sonnet-4-5";
        };
      in
      {
        same = made.values.subagents.same.model.prices;
        sibling = made.values.subagents.sibling.model ? prices;
        other = made.values.subagents.other.model.prices.input;
        headers = builtins.mapAttrs (_: delegate: delegate.model ? headers) made.values.subagents;
      }
    )
    {
      same = {
        input = 1;
        output = 2;
      };
      sibling = false;
      other = 3000000;
      headers = {
        same = true;
        sibling = true;
        other = false;
      };
    }
  )
  (test "a model that is not the provider's own API has an address"
    (derive { model.ref = "deepseek/deepseek-flash"; }).values.model.baseUrl
    "https://api.deepseek.com"
  )
  (test "an id keeps its slashes"
    {
      inherit
        ((derive {
          model = own // {
            ref = "openrouter/meta/llama-4";
          };
        }).values.model
        )
        provider
        id
        ;
    }
    {
      provider = "openrouter";
      id = "meta/llama-4";
    }
  )
  (test "an unknown model with its numbers is fine" (derive { model = own; }).problems [ ])
  (test "an unknown model without them names what is missing and what is near"
    (derive { model.ref = "anthropic/claude-sonet-4-5"; }).problems
    [
      {
        code = "unknown-model";
        at = [
          "model"
          "ref"
        ];
        message = "the model `anthropic/claude-sonet-4-5` is not in the model catalog, and `model.contextWindowTokens`, `model.maxOutputTokens`, `model.wireApi` are not set";
        expected = "a model of the model catalog (insomnia.lib.models), or one with `contextWindowTokens`, `maxOutputTokens`, `wireApi`";
        hint = "did you mean `anthropic/claude-sonnet-4-5`?";
        inMarkdown = "did you mean `anthropic/claude-sonnet-4-5`?";
      }
    ]
  )
  (test "an unknown model names only the fields that are missing" (map (problem: problem.hint)
    (derive {
      model = removeAttrs own [ "wireApi" ];
    }).problems
  ) [ "set `model.wireApi`" ])
  (test "a profile without a model"
    (map (problem: { inherit (problem) code at; }) (derive { }).problems)
    [
      {
        code = "required";
        at = [
          "model"
          "ref"
        ];
      }
    ]
  )
  (test "a model that overrides change"
    (derive {
      model = sonnet;
      overrides.model.contextWindowTokens = 100000;
    }).values.context.compaction.reservedTokens
    20000
  )

  (test "a delegate that says nothing has the Pod's tools and permissions"
    (valuesOf {
      toolPolicy = "workspace";
      autonomy = "edits";
      tools.deny = [ "bash" ];
      subagents.helper = { };
    }).subagents.helper
    {
      tools = {
        default = "deny";
        allow = lib.toolPolicies.read-only ++ [
          "edit"
          "write"
        ];
        deny = [ "bash" ];
      };
      permissions = {
        mode = "acceptEdits";
        default = "ask";
      };
    }
  )
  (test "under a ceiling, it has the Pod's as far as that goes"
    (map (layer: (valuesOf layer).subagents.helper) [
      {
        toolPolicy = "workspace";
        autonomy = "auto";
        tools.deny = [ "write" ];
        delegation.ceiling = {
          tools.allow = [
            "read"
            "bash"
            "write"
          ];
          tools.deny = [ "glob" ];
          permissions.mode = "ask";
          permissions.default = "deny";
        };
        subagents.helper = { };
      }
      {
        toolPolicy = "full";
        autonomy = "observe";
        delegation.ceiling = {
          tools.allow = [ "read" ];
          permissions.mode = "auto";
        };
        subagents.helper = { };
      }
      {
        toolPolicy = "full";
        tools.deny = [ "bash" ];
        delegation.ceiling.tools = {
          default = "allow";
          deny = [ "edit" ];
        };
        subagents.helper = { };
      }
      {
        toolPolicy = "delegate";
        tools.deny = [ "edit" ];
        overrides.delegation.ceiling.tools.allow = [ "edit" ];
        subagents.helper.tools.allow = [ "edit" ];
      }
      {
        toolPolicy = "delegate";
        delegation.ceiling = null;
        tools.deny = [ "edit" ];
        subagents.helper = { };
      }
    ])
    [
      {
        tools = {
          default = "deny";
          allow = [
            "read"
            "bash"
          ];
          deny = [
            "write"
            "glob"
          ];
        };
        permissions = {
          mode = "ask";
          default = "deny";
        };
      }
      {
        tools = {
          default = "deny";
          allow = [ "read" ];
          deny = [ ];
        };
        permissions = {
          mode = "plan";
          default = "ask";
        };
      }
      {
        tools = {
          default = "allow";
          allow = lib.toolPolicies.read-only ++ [ "write" ];
          deny = [
            "bash"
            "edit"
          ];
        };
        permissions = {
          mode = "ask";
          default = "ask";
        };
      }
      {
        tools = {
          default = "deny";
          allow = [ ];
          deny = [ ];
        };
        permissions = {
          mode = "ask";
          default = "ask";
        };
      }
      {
        tools = {
          default = "deny";
          allow = lib.toolPolicies.read-only;
          deny = [ "edit" ];
        };
        permissions = {
          mode = "ask";
          default = "ask";
        };
      }
    ]
  )
  (test "permissions of a ceiling that says little are the Pod's"
    (valuesOf {
      autonomy = "auto";
      delegation.ceiling.permissions.rules = [ ];
    }).delegation.ceiling.permissions
    {
      mode = "auto";
      default = "allow";
    }
  )
  (test "a delegate with effort alone has the Pod's model"
    (derive {
      model = own // {
        auth = lib.secrets.ref "home.llama";
        baseUrl = "http://localhost:8080/v1";
      };
      subagents.helper.model.effort = "high";
    }).values.subagents.helper.model
    (
      own
      // {
        provider = "home";
        id = "llama";
        effort = "medium";
        auth = lib.secrets.ref "home.llama";
        baseUrl = "http://localhost:8080/v1";
      }
    )
  )
  (test "a delegate of another provider does not get the Pod's key" (
    (derive {
      model = sonnet // {
        auth = lib.secrets.ref "anthropic.api.default";
      };
      subagents.helper.model.ref = "openai/gpt-5";
    }).values.subagents.helper.model ? auth
  ) false)
  (test "a delegate at another address does not get the Pod's key" (
    (derive {
      model = sonnet // {
        auth = lib.secrets.ref "anthropic.api.default";
      };
      subagents.helper.model = {
        ref = "anthropic/claude-haiku-4-5";
        baseUrl = "https://elsewhere.example.org";
      };
    }).values.subagents.helper.model ? auth
  ) false)
  (test "an unknown model of a delegate is reported where it stands"
    (map (problem: problem.at)
      (derive {
        model = sonnet;
        subagents.helper.model.ref = "home/unknown";
      }).problems
    )
    [
      [
        "subagents"
        "helper"
        "model"
        "ref"
      ]
    ]
  )
  (test "delegates may run"
    {
      inherit
        ((valuesOf {
          subagents.helper = { };
        }).limits
        )
        maxSubagents
        maxDepth
        ;
    }
    {
      maxSubagents = 4;
      maxDepth = 1;
    }
  )
  (test "values of the wrong type do not stop the derivation" (map (problem: problem.code)
    (derive {
      model = {
        ref = 7;
        contextWindowTokens = "many";
      };
      autonomy = 3;
      mcpServers = [ ];
      subagents = "x";
      web = null;
    }).problems
  ) [ "required" ])
]
