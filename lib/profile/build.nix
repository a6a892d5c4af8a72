# Makes a profile value of a root layer: collect, merge, validate, derive, compose, check.
# Every step gives data and problems; nothing is thrown before somebody asks for the
# manifest of a profile that has problems.
insomnia:
let
  inherit (builtins)
    concatStringsSep
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isInt
    isString
    length
    removeAttrs
    tail
    ;
  author = import ./author.nix manifestNode;
  collect = import ../merge/collect.nix insomnia;
  dotted = (import ../problem/path.nix).dotted;
  fill = import ../manifest/fill.nix;
  explain = import ./explain.nix;
  finish = import ../problem/finish.nix;
  manifestNode = import ../validate/manifestNode.nix;
  merge = import ../merge/merge.nix;
  overlay = import ../manifest/overlay.nix;
  places = import ../merge/places.nix;
  presets = import ../presets;
  profileNode = import ../validate/profileNode.nix;
  project = import ./project.nix { inherit manifestNode profileNode; };
  refine = import ./refine.nix;
  removed = import ../merge/removed.nix;
  report = import ../report.nix;
  rules = import ../rules.nix;
  sortSets = import ../manifest/sortSets.nix;
  tooLarge = import ../manifest/tooLarge.nix;
  unsaid = import ./unsaid.nix;
  validate = import ../validate/validate.nix;

  # The node of a path, and whether the field at its end is required.
  required =
    at:
    (foldl'
      (
        state: key:
        if state.node == null || isInt key then
          {
            node = null;
            required = false;
          }
        else if state.node.kind == "map" then
          {
            node = state.node.values;
            required = false;
          }
        else
          {
            node = state.node.props.${key} or null;
            required = builtins.elem key state.node.required;
          }
      )
      {
        node = manifestNode;
        required = false;
      }
      at
    ).required;

  # A tree without the value at a path.
  without =
    tree: at:
    let
      key = head at;
    in
    if !(isAttrs tree && tree ? ${key}) then
      tree
    else if length at == 1 then
      removeAttrs tree at
    else
      tree // { ${key} = without tree.${key} (tail at); };

  build =
    spec:
    let
      collected = collect spec;
      inherit (collected) layers;
      merged = merge {
        inherit layers;
        node = profileNode;
        rootOnly = [ "name" ];
      };
      whereIs = places.winner profileNode layers;

      # --- what the author wrote
      name = if isString (merged.value.name or null) then merged.value.name else spec.name or null;
      named =
        if name == null || merged.tree ? name then merged.tree else merged.tree // { inherit name; };
      stuck = filter (
        at:
        let
          target = author.toManifest at;
        in
        target != null && required target
      ) merged.gone;
      tree = foldl' without named stuck;
      value = if merged.gone == [ ] then named else removed.strip tree;
      missingName =
        if name == null && collected.rooted then
          [
            {
              code = "missing-name";
              at = [ "name" ];
              message = "a profile has a name of its own; it is never inherited";
              expected = "name = \"NAME\"; of small letters, digits and hyphens";
            }
          ]
        else
          [ ];
      notRemovable = map (at: {
        inherit at;
        code = "not-removable";
        message = "null removes optional fields only, and this one is required";
        hint = "write a value, or leave the field out to get what it has by itself";
      }) stuck;

      misfits = validate { partial = true; } profileNode value;

      derived = presets.derive value;
      # A word that is no preset is better explained by the presets.
      isPresetWord =
        problem:
        filter (other: other.code == "unknown-preset" && other.at == problem.at) derived.problems != [ ];
      early =
        map (refine profileNode) (collected.faults ++ merged.faults)
        ++ missingName
        ++ notRemovable
        ++ filter (problem: !(isPresetWord problem)) misfits;
      written = early ++ filter (unsaid early) derived.problems;

      # --- the manifest: presets, then the author, then overrides, then defaults
      weak = filter (
        weak:
        let
          target = author.toManifest weak.at;
        in
        target != null
        && head weak.at != "overrides"
        && (author.has derived.values target || (weak.prio > 1500 && author.has manifestNode.filled target))
      ) merged.weak;
      sections = foldl' without (project tree) (map (weak: author.toManifest weak.at) weak);
      overrides = tree.overrides or { };
      forced = map tail (filter (at: head at == "overrides") merged.forced);
      filled = fill { marks = merged.gone != [ ]; } manifestNode (
        overlay { inherit forced; } manifestNode (overlay { } manifestNode (
          derived.values // { schema = "insomnia.pod/v1"; }
        ) sections) overrides
      );

      # --- what is wrong with the manifest and was not said yet
      sourceOf =
        at:
        let
          found = filter (n: derived.sources ? ${dotted (genList (elemAt at) n)}) (
            genList (n: n + 1) (length at)
          );
        in
        if found == [ ] then null else derived.sources.${dotted (genList (elemAt at) (head found))};
      place =
        problem:
        let
          own = author.toProfile problem.at;
          raw = [ "overrides" ] ++ problem.at;
          source = sourceOf problem.at;
        in
        if author.has overrides problem.at then
          problem // { at = raw; }
        else if author.has sections problem.at || source == null then
          problem // { at = own; }
        else
          problem
          // {
            derivedFrom = source;
            positions = whereIs (author.presetAt source problem.at);
          }
          // (
            if problem ? hint then
              { }
            else
              { hint = "it comes from `${source.name}` = `${toString source.value}`: ${source.formula}"; }
          );
      resolved = filter (
        problem: written == [ ] || (unsaid written problem && !(problem ? derivedFrom))
      ) (map place (validate { } manifestNode filled ++ rules filled));

      found = written ++ resolved;
      manifest = sortSets manifestNode filled;
      problems = map (finish whereIs) (if found == [ ] then tooLarge manifest else found);
      count = length problems;
      title = "the profile ${if name == null then "" else "`${name}` "}has ${
        if count == 1 then "a problem" else "${toString count} problems"
      }";
    in
    {
      _type = "insomnia.profile";
      name = if name == null then "" else name;
      inherit problems;
      manifest = if problems == [ ] then manifest else throw (report title problems);
      explain = explain {
        inherit
          layers
          manifestNode
          derived
          overrides
          sections
          ;
        manifest = if problems == [ ] then manifest else filled;
      };
      extend =
        layer:
        build {
          value = layer;
          under = [ (value' spec) ];
          inherit name;
        };
      layers = {
        root = spec;
        linear = layers;
        # The manifest before it is judged; complete only when there are no problems.
        draft = filled;
      };
    };
  value' = spec: {
    _type = "insomnia.profile";
    layers.root = spec;
  };
in
build
