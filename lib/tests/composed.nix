# The composed example: what each layer changes, to the field, and that explain
# names the file and the line of each change.
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elem
    elemAt
    filter
    head
    isString
    listToAttrs
    mapAttrs
    match
    readFile
    split
    ;

  lib = import ../.;
  difference = import ./difference.nix;

  insomnia = {
    inherit lib;
    insomniaProfiles = import ../../profiles { inherit insomnia; };
  };
  builtin = insomnia.insomniaProfiles;
  composed = import ../../templates/composed { inherit insomnia; };

  flake =
    let
      self = (import ../../templates/composed/flake.nix).outputs { inherit self insomnia; };
    in
    self;
  flakeChecks = flake.checks.x86_64-linux;

  test = name: got: expected: {
    name = "composed: ${name}";
    ok = got == expected;
    inherit got expected;
  };

  tracker = {
    type = "http";
    url = "https://tracker.example.org/mcp";
    headers.Authorization = lib.secrets.ref "tracker.api.read";
    enabledTools = [
      "get_issue"
      "search_issues"
    ];
    disabledTools = [ ];
    args = [ ];
    env = { };
    required = false;
    startupTimeoutSeconds = 30;
    toolTimeoutSeconds = 120;
  };
  trackerRule = {
    tool = "mcp__tracker__*";
    pattern = "*";
    action = "allow";
  };
  appended = [
    "Text for users is British English. Names of customers appear in no file."
    "Issues are in the tracker; quote their key (ABC-123) wherever a change or a finding is about one."
  ];
  hidden = [
    "deploy/secrets/**"
    "~/.config/company/**"
  ];

  # Of a set that grew, what came to it; anything else as it is now.
  gained =
    pair:
    let
      before = head pair;
      after = elemAt pair 1;
    in
    if builtins.isList before && before != [ ] && builtins.all (item: elem item after) before then
      { added = filter (item: !(elem item before)) after; }
    else
      after;

  changes = from: to: mapAttrs (_: gained) (difference from.manifest to.manifest);

  # What the layers of company and team change in every role.
  shared = {
    "mcpServers.tracker" = tracker;
    "memory.retentionDays" = 14;
    "session.retentionDays" = 14;
    "permissions.rules".added = [ trackerRule ];
    "prompts.append" = appended;
    "sandbox.denyRead".added = hidden;
    "tools.allow".added = [ "mcp__tracker__*" ];
  };

  # --- places

  lineOf = file: line: elemAt (filter isString (split "\n" (readFile file))) (line - 1);

  below =
    file:
    let
      found = match ".*/(templates/composed|profiles)/(.*)" file;
    in
    if found == null then file else "${elemAt found 0}/${elemAt found 1}";

  # File of a definition, with the word that stands at its line.
  place = definition: {
    file = below definition.file;
    word = head (match " *([A-Za-z.]+).*" (lineOf definition.file definition.line));
  };

  # Where a field comes from: what an author wrote, or the word that a preset went by.
  placesOf =
    profile: path:
    let
      entry = profile.explain.${path};
      definitions =
        if entry.definitions != [ ] then entry.definitions else entry.preset.definitions or [ ];
    in
    map place definitions;

  explained =
    profile: fields:
    listToAttrs (
      map (name: {
        inherit name;
        value = placesOf profile name;
      }) (attrNames fields)
    );

  company = word: {
    file = "templates/composed/layers/company.nix";
    inherit word;
  };
  team = word: {
    file = "templates/composed/layers/team.nix";
    inherit word;
  };
  role = name: word: {
    file = "templates/composed/roles/${name}.nix";
    inherit word;
  };
  ada = word: {
    file = "templates/composed/personal/ada.nix";
    inherit word;
  };
  ours = name: word: {
    file = "profiles/${name}/profile.nix";
    inherit word;
  };

  places =
    name: profile: expected:
    test "explain names the places of ${name}" (explained profile expected) expected;
in
[
  (test "no profile has problems" (mapAttrs (_: profile: profile.problems) composed) (
    mapAttrs (_: _: [ ]) composed
  ))

  (test "its own checks hold" (filter (
    name: !(builtins.tryEval flakeChecks.${name}.drvPath).success
  ) (attrNames flakeChecks)) [ ])

  (test "what the team's coder changes" (changes builtin.coder composed.coder) (
    shared
    // {
      "profile.description" = "The team's coder";
      # (1000000 - 128000) * 50% * 75%
      "context.compaction.thresholdTokens" = 327000;
      "context.compaction.requestThresholdTokens" = 381500;
      "context.compaction.retainedTokens" = 81750;
      "context.compaction.summaryMaxTokens" = 8192;
      "context.pruning.protectedTokens" = 98100;
      "context.pruning.minSavingsTokens" = 16350;
      "sandbox.allowedDomains".added = [ "mirror.example.org" ];
    }
  ))
  (test "what the team's researcher changes" (changes builtin.researcher composed.researcher) (
    shared
    // {
      "profile.description" = "The team's researcher";
      "web.search.maxResults" = 20;
    }
  ))
  (test "what the team's reviewer changes" (changes builtin.reviewer composed.reviewer) (
    shared
    // {
      "profile.description" = "The team's reviewer";
      "model.ref" = "openai/gpt-5.2";
      "model.provider" = "openai";
      "model.id" = "gpt-5.2";
      "model.wireApi" = "openai-responses";
      "model.auth" = lib.secrets.ref "openai.api.default";
      "model.contextWindowTokens" = 400000;
      "model.prices.input" = 1750000;
      "model.prices.output" = 14000000;
      "model.prices.cacheRead" = 175000;
      "model.prices.cacheWrite" = 1750000;
      # (400000 - 80000) * 50% * 90%
      "context.compaction.reservedTokens" = 80000;
      "context.compaction.thresholdTokens" = 144000;
      "context.compaction.requestThresholdTokens" = 152000;
      "context.compaction.retainedTokens" = 43200;
      "context.compaction.summaryMaxTokens" = 7200;
      "context.pruning.protectedTokens" = 72000;
      "context.pruning.minSavingsTokens" = 14400;
    }
  ))
  (test "what Ada changes" (changes composed.coder composed.ada-coder) {
    "profile.name" = "ada-coder";
    "permissions.mode" = "ask";
    "prompts.language" = "de";
    "context.compaction.thresholdTokens" = 120000;
    "context.compaction.requestThresholdTokens" = 278000;
    "context.compaction.retainedTokens" = 30000;
    "context.compaction.summaryMaxTokens" = 6000;
    "context.pruning.protectedTokens" = 36000;
    "context.pruning.minSavingsTokens" = 6000;
  })

  (places "Ada's coder" composed.ada-coder {
    "context.compaction.thresholdTokens" = [ (ada "overrides.context.compaction.thresholdTokens") ];
    "context.compaction.retainedTokens" = [ (ours "coder" "compaction") ];
    "context.compaction.reservedTokens" = [ (role "coder" "context.budget") ];
    "context.pruning.protectedTokens" = [ (ours "coder" "pruning") ];
    "mcpServers.tracker.url" = [ (team "url") ];
    "mcpServers.tracker.headers.Authorization" = [ (team "headers.Authorization") ];
    "model.ref" = [ (ours "coder" "model.ref") ];
    "model.contextWindowTokens" = [ (ours "coder" "model.ref") ];
    "permissions.mode" = [ (ada "autonomy") ];
    "prompts.language" = [ (ada "prompts.language") ];
    "prompts.append" = [
      (company "prompts.append")
      (team "prompts.append")
    ];
    "sandbox.allowedDomains" = [
      (ours "coder" "sandbox.allowedDomains")
      (role "coder" "sandbox.allowedDomains")
    ];
    "session.retentionDays" = [ (company "retention") ];
    "profile.description" = [ (role "coder" "description") ];
    "profile.name" = [ (ada "name") ];
    "sandbox.filesystem" = [ (ours "coder" "toolPolicy") ];
  })
  (places "the team's reviewer" composed.reviewer {
    "model.ref" = [ (role "reviewer" "ref") ];
    "model.auth" = [ (role "reviewer" "auth") ];
    "model.wireApi" = [ (role "reviewer" "ref") ];
    "model.effort" = [ (ours "reviewer" "effort") ];
    "sandbox.filesystem" = [ (ours "reviewer" "sandbox.filesystem") ];
    "sandbox.denyRead" = [
      {
        file = "profiles/base.nix";
        word = "sandbox.denyRead";
      }
      (company "sandbox.denyRead")
    ];
  })
  (places "the team's researcher" composed.researcher {
    "web.search.maxResults" = [ (role "researcher" "web.search.maxResults") ];
    "web.search.mode" = [ (ours "researcher" "web.preset") ];
    "context.compaction.thresholdTokens" = [
      {
        file = "profiles/researcher/layer.nix";
        word = "compaction";
      }
    ];
  })
  (test "explain tells what Ada's override overrode"
    (map (definition: {
      inherit (definition) priority value;
      preset = definition.preset.name;
    }) composed.ada-coder.explain."context.compaction.thresholdTokens".overrode)
    [
      {
        priority = 1400;
        value = 327000;
        preset = "compaction";
      }
    ]
  )
  (test "explain tells what the company's retention overrode" (concatLists (
    map (
      definition: if definition.file == null then [ ] else [ (below definition.file) ]
    ) composed.coder.explain."session.retentionDays".preset.overrode or [ ]
  )) [ "profiles/coder/profile.nix" ])
]
