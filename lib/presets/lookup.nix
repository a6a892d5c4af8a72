/**
  The value at a path, or a fallback where there is none. A null counts as
  none, and so does a path through something that is no set.

  # Inputs

  `path`
  : list of names
  `fallback`
  : what to give when nothing is there
  `tree`
  : where to look
*/
path: fallback: tree:
let
  found = builtins.foldl' (
    place: name: if builtins.isAttrs place then place.${name} or null else null
  ) tree path;
in
if found == null then fallback else found
