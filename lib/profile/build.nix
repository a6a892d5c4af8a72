# Creates a profile value from a root layer: its definitions, the manifest composed from
# them, and the verdict about that. Every step returns data and problems; nothing throws
# until the manifest of a profile with problems is used.
insomnia:
let
  manifestNode = import ../validate/manifestNode.nix;
  profileNode = import ../validate/profileNode.nix;
  nodes = { inherit manifestNode profileNode; };

  write = import ./written.nix insomnia nodes;
  compose = import ./compose.nix nodes;
  judge = import ./judge.nix manifestNode;
  explain = import ./explain.nix;
  few = import ../problem/few.nix;
  finish = import ../problem/finish.nix;
  places = import ../merge/places.nix;
  report = import ../report.nix;
  sortSets = import ../manifest/sortSets.nix;
  tooLarge = import ../manifest/tooLarge.nix;
  title = import ./title.nix;

  build =
    spec:
    let
      written = write spec;
      inherit (written) name layers;
      whereIs = places.winner profileNode layers;
      composed = compose written;
      # What was written with that many mistakes is not worth judging as a whole.
      judged =
        if builtins.length written.problems > 100 then
          [ ]
        else
          judge { inherit written composed whereIs; };
      found = few (written.problems ++ judged);
      manifest = sortSets manifestNode composed.manifest;

      problems = map (finish whereIs) (if found == [ ] then tooLarge manifest else found);
    in
    {
      _type = "insomnia.profile";
      name = if name == null then "" else name;
      inherit problems;
      manifest = if problems == [ ] then manifest else throw (report (title name problems) problems);
      # For the program `insomnia`, which judges both by the schemas and the rules itself:
      # the merged layers, and the manifest of them, most often without its defaults, which
      # the program fills in. Null where there are other problems.
      unjudged =
        if !written.sound then
          null
        else if composed.sparse != null then
          {
            layers = written.value;
            inherit (composed) sparse;
          }
        else
          {
            layers = written.value;
            inherit (composed) manifest;
          };
      explain = explain {
        inherit layers manifestNode;
        inherit (written) derived;
        inherit (composed) overrides sections;
        manifest = if problems == [ ] then manifest else composed.manifest;
      };
      extend =
        layer:
        build {
          value = layer;
          under = [ (standIn spec) ];
          inherit name;
        };
      # Not for use: how profiles take each other's layers.
      layers = {
        root = spec;
        linear = layers;
        # The manifest before it is judged; complete only when there are no problems.
        draft = composed.manifest;
      };
    };

  # As much of a profile value as an import needs.
  standIn = spec: {
    _type = "insomnia.profile";
    layers.root = spec;
  };
in
build
