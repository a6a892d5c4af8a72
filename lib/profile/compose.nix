# The manifest of the definitions: presets, over them the author's sections, over those the
# overrides, and defaults for everything else.
{ manifestNode, profileNode }:
let
  inherit (builtins)
    filter
    foldl'
    head
    tail
    ;
  author = import ./author.nix manifestNode;
  fill = import ../manifest/fill.nix;
  overlay = import ../manifest/overlay.nix;
  plainMarks = import ./plainMarks.nix;
  project = import ./project.nix { inherit manifestNode profileNode; };
  reached = import ../manifest/reached.nix;
  removed = import ../merge/removed.nix;
  without = import ./without.nix;

  presetPriority = 1400;
  defaultPriority = 1500;
in
written:
let
  inherit (written) derived tree;

  # Values that an author made weaker than those that would replace them.
  yields =
    weak:
    let
      target = author.toManifest weak.at;
    in
    head weak.at != "overrides"
    && target != null
    && (
      (weak.prio > presetPriority && author.has derived.values target)
      || (weak.prio > defaultPriority && author.has manifestNode.filled target)
    );
  sections = foldl' without (project tree) (
    map (weak: author.toManifest weak.at) (filter yields written.weak)
  );

  overrides = if removed.is (tree.overrides or { }) then { } else tree.overrides or { };
  forced = map tail (filter (at: head at == "overrides") written.forced);

  said = reached (
    overlay { inherit forced; } manifestNode (overlay { } manifestNode (
      derived.values // { schema = "insomnia.pod/v1"; }
    ) sections) overrides
  );
  listed = plainMarks.list (map (layer: layer.body) written.layers);
in
{
  inherit sections overrides;
  manifest = listed (fill { marks = written.gone != [ ]; } manifestNode said);
  # The same before defaults fill it, for those who know them; null where some are not to.
  sparse = if written.gone == [ ] then listed said else null;
}
