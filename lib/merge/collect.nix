/**
  Collects the layers of a profile: follows `imports`, calls functions, reads paths, takes
  the layers of profile values. A layer reached twice counts once; a cycle is cut and
  reported.

  # Inputs

  `insomnia`
  : what a layer that is a function is called with: `{ lib, insomniaProfiles }`

  `spec`
  : the root: `{ value; key?; under? }`, where `under` are profile values that lie below it
    besides its own imports

  # Type

  ```
  collect :: AttrSet -> Spec -> { layers :: [ Layer ]; faults :: [ Problem ]; rooted :: Bool; }
  ```

  `rooted` is false when the root itself is no layer.

  A layer is `{ key; body; file; place; reach; }`, where `reach` has a field for the key of
  each layer that it imports, directly or not. The order is imports first, the root last.

  # Examples

  ```nix
  (collect insomnia { value = ./coder.nix; }).layers
  => [ { key = "/home/me/team.nix"; … } { key = "/home/me/coder.nix"; … } ]
  ```
*/
insomnia:
let
  inherit (builtins)
    addErrorContext
    attrNames
    baseNameOf
    concatStringsSep
    elemAt
    filter
    foldl'
    functionArgs
    genList
    head
    intersectAttrs
    isAttrs
    isFunction
    isList
    isPath
    isString
    length
    pathExists
    removeAttrs
    substring
    unsafeDiscardStringContext
    unsafeGetAttrPos
    ;
  tags = import ./tags.nix;
  kinds = import ../validate/kinds.nix;
  escape = import ../text/escape.nix;
  foreign = import ./foreign.nix;

  given = { inherit insomnia; };

  nameFile = file: unsafeDiscardStringContext (toString file);
  within = context: value: addErrorContext "insomnia-layer=${context}" value;

  # A folder stands for its default.nix, so that both count as one layer.
  fileOf = path: if pathExists (path + "/default.nix") then path + "/default.nix" else path;

  placeOf =
    set:
    let
      known = filter foreign (
        map (name: unsafeGetAttrPos name set) ((if set ? name then [ "name" ] else [ ]) ++ attrNames set)
      );
    in
    if known == [ ] then null else { inherit (head known) file line column; };

  wrong = message: hint: {
    fault = {
      code = "layer-type";
      inherit message hint;
      expected = "an attribute set, a function of { insomnia }, a path to either, or a profile value";
    };
  };

  # Comes down to an attribute set: { body; key; file; under; } or { fault; }.
  settle =
    origin: value:
    if isPath value || (isString value && substring 0 1 value == "/") then
      let
        file = fileOf value;
        name = nameFile file;
      in
      if !(pathExists file) then
        wrong "there is no file ${escape name} that could be read" "check the path; in a git flake, `git add` the file; a profile reads nothing outside its own tree"
      else
        settle {
          key = name;
          file = name;
        } (within name (import file))
    else if isFunction value then
      let
        args = functionArgs value;
        strangers = filter (name: name != "insomnia" && !args.${name}) (attrNames args);
      in
      if strangers != [ ] then
        wrong "the function asks for ${concatStringsSep ", " (map (name: "`${name}`") strangers)}; a layer is called with { insomnia } and nothing else" "take what it needs from `insomnia`, or call it yourself and import the result"
      else
        settle origin (
          within origin.key (
            value (if args == { } || args ? insomnia then given else intersectAttrs args given)
          )
        )
    else if isAttrs value then
      if value ? _type then
        if value._type == "insomnia.profile" && value ? layers.root then
          fromSpec value.layers.root
        else
          { fault = tags.refusal value; }
      else if value.schema or null == "insomnia.pod/v1" then
        wrong "is a resolved manifest, not a layer" "import the profile it was made from, or put what you need of it into `overrides`"
      else if value ? outPath then
        wrong "is a derivation or a flake, not a layer" "name a file in it: (x + \"/profile.nix\"), or one of its insomniaProfiles"
      else
        origin
        // {
          body = value;
          under = [ ];
        }
    else if isString value then
      wrong "is text" (
        "write a path without quotes: ./${if value == "" then "layer.nix" else escape value}"
      )
    else if value == null then
      wrong "is null" "for an import under a condition write `imports = [ … ] ++ (if CONDITION then [ … ] else [ ])`"
    else
      wrong "is ${kinds.is value}" "write { … }, ./file.nix or a profile value";

  # The root of a profile value, or of the profile that is being made.
  fromSpec =
    spec:
    let
      origin = {
        key = spec.key or "profile";
        file = null;
      };
      settled = settle origin spec.value;
    in
    if settled ? fault then
      settled
    else if settled.key != origin.key || settled.file != null then
      settled // { under = settled.under ++ (spec.under or [ ]); }
    else
      let
        place = placeOf settled.body;
      in
      settled
      // {
        key =
          (
            if isString (settled.body.name or null) then
              unsafeDiscardStringContext settled.body.name
            else
              "profile"
          )
          + (if spec ? under then "+" else "")
          + (if place == null then "" else "@${place.file}:${toString place.line}:${toString place.column}");
        under = spec.under or [ ];
        made = true;
      };

  # Two profiles made by one line of a function share a place, but not their content.
  same =
    a: b:
    let
      importsOf = layer: if isList (layer.body.imports or [ ]) then layer.body.imports or [ ] else [ ];
      alike =
        x: y:
        if isAttrs x && isAttrs y && x ? layers.root && y ? layers.root then
          sameRoot (fromSpec x.layers.root) (fromSpec y.layers.root)
        else if isFunction x && isFunction y then
          true
        else
          x == y;
      xs = importsOf a ++ a.under;
      ys = importsOf b ++ b.under;
    in
    removeAttrs a.body [ "imports" ] == removeAttrs b.body [ "imports" ]
    && length xs == length ys
    && filter (n: !(alike (elemAt xs n) (elemAt ys n))) (genList (n: n) (length xs)) == [ ];
  sameRoot =
    a: b: if a ? fault || b ? fault then false else a.key == b.key && (!(a ? made) || same a b);

  # The key under which a settled layer goes: its own, or with a number where that is taken
  # by another.
  freeKey =
    known: layer: n:
    let
      key = if n == 1 then layer.key else "${layer.key}#${toString n}";
    in
    if !(layer ? made) || !(known ? ${key}) || same known.${key} layer then
      key
    else
      freeKey known layer (n + 1);

  # State: { layers; known; faults; }. Gives the state with `last`, the key it came to.
  visit =
    stack: state: layer:
    let
      key = freeKey state.known layer 1;
      names = map (entry: entry.label) stack;
      label = if layer.file == null then layer.key else layer.file;
      declared = layer.body.imports or [ ];
      imports = if isList declared then declared else [ ];
      place = placeOf layer.body;
      here =
        if place != null then
          place
        else if layer.file != null then
          {
            inherit (layer) file;
            line = 1;
            column = 1;
          }
        else
          null;
      bare = {
        inherit (layer) body file;
        inherit key;
        place = here;
        reach = { };
      };
      importsPlace =
        let
          pos = unsafeGetAttrPos "imports" layer.body;
        in
        if foreign pos then
          [ { inherit (pos) file line column; } ]
        else if here != null then
          [ here ]
        else
          [ ];
      entered = state // {
        known = state.known // {
          ${key} = bare // {
            inherit (layer) under;
          };
        };
        faults =
          state.faults
          ++ (
            if isList declared then
              [ ]
            else
              [
                {
                  code = "type";
                  at = [ "imports" ];
                  message = "is ${kinds.is declared}, where a list of layers belongs";
                  expected = "a list of layers";
                  hint = "write imports = [ … ];";
                  positions = importsPlace;
                }
              ]
          );
      };
      deeper = stack ++ [
        {
          inherit key label;
        }
      ];
      below =
        foldl'
          (
            state: edge:
            let
              settled = edge.settled;
              childKey = freeKey state.known settled 1;
              onStack = filter (entry: entry.key == childKey) deeper;
              next = visit deeper state settled;
            in
            if settled ? fault then
              state
              // {
                faults = state.faults ++ [
                  (
                    settled.fault
                    // {
                      at = edge.at;
                      positions = importsPlace;
                    }
                  )
                ];
              }
            else if onStack != [ ] then
              state
              // {
                faults = state.faults ++ [
                  {
                    code = "import-cycle";
                    at = edge.at;
                    message = "the imports go round in a circle: ${concatStringsSep " -> " (map escape (cycleNames deeper childKey))}";
                    expected = "layers that do not import themselves";
                    hint = "take one of these imports out";
                    positions = importsPlace;
                  }
                ];
              }
            else if state.known ? ${childKey} then
              state // { reached = state.reached // { ${childKey} = true; } // state.reachOf.${childKey}; }
            else
              next // { reached = state.reached // { ${childKey} = true; } // next.reachOf.${childKey}; }
          )
          (
            entered
            // {
              reached = { };
            }
          )
          (
            map (profile: {
              settled = fromSpec profile.layers.root;
              at = [ ];
            }) layer.under
            ++ genList (n: {
              settled = settle {
                key = "${key}.imports[${toString n}]";
                file = null;
              } (elemAt imports n);
              at = [
                "imports"
                n
              ];
            }) (length imports)
          );
      finished = bare // {
        reach = below.reached;
      };
    in
    below
    // {
      layers = below.layers ++ [ finished ];
      reachOf = below.reachOf // {
        ${key} = below.reached;
      };
    };

  # The part of the stack from the repeated layer on, by base name where that is telling.
  cycleNames =
    stack: key:
    let
      from = foldl' (
        state: entry: if state != [ ] || entry.key == key then state ++ [ (short entry.label) ] else state
      ) [ ] stack;
    in
    from ++ [ (head from) ];
  short = label: if substring 0 1 label == "/" then baseNameOf label else label;

  empty = {
    layers = [ ];
    known = { };
    faults = [ ];
    reachOf = { };
  };
in
spec:
let
  root = fromSpec spec;
  walked = visit [ ] empty root;
in
if root ? fault then
  {
    layers = [
      {
        key = "profile";
        body = { };
        file = null;
        place = null;
        reach = { };
      }
    ];
    rooted = false;
    faults = [
      (
        root.fault
        // {
          at = [ ];
          positions = [ ];
        }
      )
    ];
  }
else
  {
    inherit (walked) layers faults;
    rooted = true;
  }
