# No dead option: every leaf of a profile changes the manifest, every choice of a preset
# gives another one, and overrides reach every leaf of the manifest.
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isString
    length
    listToAttrs
    map
    ;
  build = import ./build.nix;
  inherit (build) lib;
  test = build.test "leaves";
  profileNode = import ../validate/profileNode.nix;
  manifestNode = import ../validate/manifestNode.nix;
  path = import ../problem/path.nix;
  fits = node: value: import ../validate/validate.nix { } node value == [ ];

  # Two different values for any text of the schema are among these.
  words = [
    "alpha"
    "beta"
    "a/alpha"
    "b/beta"
    "https://alpha.example"
    "https://beta.example"
    "de"
    "fr"
    "30d"
    "60d"
    "/hooks/0"
    "/hooks/1"
    "builtin:alpha"
    "user:beta"
  ];
  keys = words ++ [ "SKILL.md" ];

  sample =
    node: n:
    let
      raw = node.raw;
      fitting = filter (fits node) words;
    in
    if node.branches != [ ] && node.accepts ? string then
      sample (head (filter (branch: branch.accepts ? string) node.branches)) n
    else if node.branches != [ ] then
      lib.secrets.ref (elemAt [ "a.b" "c.d" ] n)
    else if raw ? enum then
      elemAt raw.enum n
    else if raw ? const then
      raw.const
    else if node.accepts ? bool then
      n == 1
    else if node.accepts ? float then
      elemAt [ 0 0.5 ] n
    else if node.accepts ? int then
      raw.minimum + n
    else if node.accepts ? string then
      elemAt fitting n
    else if node.accepts ? list then
      [ (sample node.items n) ]
    else if node.kind == "map" then
      { ${keyOf node} = sample node.values n; }
    else
      listToAttrs (
        map (name: {
          inherit name;
          value = sample node.props.${name} n;
        }) node.required
      );
  keyOf = node: head (filter (key: node.names == null || fits node.names key) keys);

  # Every leaf at or below a node, as two values of that node that differ in it alone.
  pairs =
    at: node:
    let
      wrap =
        function:
        map (
          pair:
          pair
          // {
            a = function pair.a;
            b = function pair.b;
          }
        );
    in
    if node.branches != [ ] || node.raw ? const && !(node.kind == "closed") then
      leaf at node
    else if node.kind == "closed" || (node.closed && node.props != { }) then
      let
        rest = sample node 0;
      in
      concatMap (
        name: wrap (value: rest // { ${name} = value; }) (pairs (at ++ [ name ]) node.props.${name})
      ) (attrNames node.props)
    else if node.kind == "map" then
      wrap (value: { ${keyOf node} = value; }) (pairs (at ++ [ (keyOf node) ]) node.values)
    else if node.items != null && node.items.closed then
      wrap (value: [ value ]) (pairs (at ++ [ 0 ]) node.items)
    else
      leaf at node;
  leaf = at: node: [
    {
      inherit at;
      a = sample node 0;
      b = sample node 1;
    }
  ];

  draftOf = layer: (base.extend layer).layers.draft;
  base = lib.mkProfile {
    name = "leaves";
    # Of a provider whose key is known, so that the preset keys changes something.
    model = build.model // {
      ref = "mistral/of-our-own";
    };
  };

  # Fields that say nothing new: what a const holds.
  constants = [ "overrides.schema" ];

  ofProfile = pairs [ ] (
    profileNode
    // {
      props = removeAttrs profileNode.props [ "overrides" ];
      required = [ ];
    }
  );
  ofManifest = map (
    pair:
    pair
    // {
      at = [ "overrides" ] ++ pair.at;
      a.overrides = pair.a;
      b.overrides = pair.b;
    }
  ) (pairs [ ] profileNode.props.overrides);

  dead =
    list:
    filter (name: !(elem name constants)) (
      map (pair: path.dotted pair.at) (filter (pair: draftOf pair.a == draftOf pair.b) list)
    );

  # Leaves of the manifest's own schema, to see that overrides name them all.
  leavesOf = node: map (pair: path.dotted pair.at) (pairs [ ] node);
  bare = text: builtins.substring 10 (-1) text;

  presets = {
    autonomy = choice: { autonomy = choice; };
    toolPolicy = choice: { toolPolicy = choice; };
    compaction = choice: { compaction = choice; };
    pruning = choice: { pruning = choice; };
    variant = choice: { variant = choice; };
    keys = choice: { keys = choice; };
    "context.budget" = choice: { context.budget = choice; };
    "memory.preset" = choice: { memory.preset = choice; };
    "web.preset" = choice: { web.preset = choice; };
  };
  enumOf =
    dotted:
    (foldl' (node: key: node.props.${key}) profileNode (filter isString (builtins.split "[.]" dotted)))
    .raw.enum;
  twins =
    name:
    let
      choices = enumOf name;
      drafts = map (choice: draftOf (presets.${name} choice)) choices;
    in
    concatMap (
      n:
      map (m: "${name}: ${elemAt choices m} and ${elemAt choices n}") (
        filter (m: elemAt drafts m == elemAt drafts n) (genList (m: m) n)
      )
    ) (genList (n: n) (length choices));
in
[
  (test "there are many leaves" (length ofProfile > 100 && length ofManifest > 100) true)
  (test "a dead option would be found" (dead [
    {
      at = [ "x" ];
      a = { };
      b = { };
    }
  ]) [ "x" ])
  (test "every leaf of a profile changes the manifest" (dead ofProfile) [ ])
  (test "overrides change every leaf of the manifest" (dead ofManifest) [ ])
  (test "overrides name every leaf that the manifest has" (map (
    pair: bare (path.dotted pair.at)
  ) ofManifest) (leavesOf manifestNode))
  (test "no two choices of a preset are the same" (concatMap twins (attrNames presets)) [ ])
]
