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

  A layer is `{ key; body; file; place; reach; spots; }`, where `spots` are the places in a
  Markdown file, null for a layer in Nix, and `reach` has a field for the key of
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
    baseNameOf
    concatStringsSep
    elemAt
    filter
    foldl'
    genList
    head
    isList
    length
    substring
    unsafeGetAttrPos
    ;
  escape = import ../text/escape.nix;
  foreign = import ./foreign.nix;
  freeKey = import ./identity.nix { inherit fromSpec; };
  kinds = import ../validate/kinds.nix;
  placeOf = import ./placeOf.nix;
  inherit (import ./settle.nix insomnia) settle fromSpec;

  # Walks a layer and what it imports. State: layers in linear order, known layers and what
  # each reaches by key, faults.
  visit =
    stack: state: layer:
    let
      key = freeKey state.known layer 1;
      label = if layer.file == null then layer.key else layer.file;
      declared = layer.body.imports or [ ];
      imports = if isList declared then declared else [ ];
      place = layer.place or (placeOf layer.body);
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
        spots = layer.spots or null;
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
          ++ layer.faults or [ ]
          ++ (
            if isList declared then
              [ ]
            else
              [
                {
                  code = "type";
                  at = [ "imports" ];
                  message = "must be a list of layers, got ${kinds.is declared}";
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
                    message = "import cycle: ${concatStringsSep " -> " (map escape (cycleNames deeper childKey))}";
                    expected = "layers that do not import themselves";
                    hint = "remove one of these imports";
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
        spots = null;
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
