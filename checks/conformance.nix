# Runs the conformance corpus through the Nix validator and returns every case in which
# the two differ, as lines of text. checks/conformance/README.md describes the form of a
# case.
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    filter
    foldl'
    fromJSON
    genList
    head
    isAttrs
    length
    listToAttrs
    map
    match
    readDir
    readFile
    removeAttrs
    sort
    tail
    ;

  path = import ../lib/problem/path.nix;
  validate = import ../lib/validate/validate.nix { };
  rules = import ../lib/rules.nix;
  nodes = {
    manifest = import ../lib/validate/manifestNode.nix;
    profile = import ../lib/validate/profileNode.nix;
  };

  # As the two validators are compared: no default filled in first, and the rules
  # whether or not the schema found something.
  problemsOf =
    against: value:
    let
      ruled = if against == "manifest" && isAttrs value then rules value else [ ];
    in
    map (problem: {
      inherit (problem) code;
      pointer = path.pointer problem.at;
    }) (validate nodes.${against} value ++ ruled);

  jsonFiles = folder: filter (name: match ".*[.]json" name != null) (attrNames (readDir folder));
  read = folder: name: fromJSON (readFile (folder + "/${name}"));

  bases = listToAttrs (
    map (file: {
      name = head (match "(.*)[.]json" file);
      value = read ./conformance/bases file;
    }) (jsonFiles ./conformance/bases)
  );

  cases = concatMap (file: map (case: case // { inherit file; }) (read ./conformance/cases file)) (
    jsonFiles ./conformance/cases
  );

  setAt =
    path: value: object:
    let
      key = head path;
      known = if isAttrs object then object else { };
    in
    if path == [ ] then value else known // { ${key} = setAt (tail path) value (known.${key} or { }); };

  removeAt =
    path: object:
    let
      key = head path;
    in
    if length path == 1 then
      removeAttrs object [ key ]
    else if object ? ${key} then
      object // { ${key} = removeAt (tail path) object.${key}; }
    else
      object;

  newValue =
    change:
    if change ? text then
      concatStringsSep "" (genList (_: change.text) change.times)
    else if change ? item then
      genList (_: change.item) change.times
    else
      change.value;

  valueOf =
    case:
    let
      base = if case ? base then bases.${case.base} else { };
      smaller = foldl' (object: path: removeAt path object) base (case.remove or [ ]);
    in
    foldl' (object: change: setAt change.path (newValue change) object) smaller (case.set or [ ]);

  # As a sorted text, so that a difference can be read.
  listed =
    problems:
    let
      lines = sort (a: b: a < b) (map (problem: "${problem.code} at ${problem.pointer}") problems);
    in
    if lines == [ ] then "valid" else concatStringsSep ", " lines;

  difference =
    case:
    let
      expected = listed case.problems;
      found = listed (problemsOf (case.against or "manifest") (valueOf case));
    in
    if expected == found then
      [ ]
    else
      [ "${case.file}: ${case.name}: expected ${expected}; the Nix validator finds ${found}" ];
in
{
  # The Nix validator's verdict on each case, word for word.
  found = map (case: {
    inherit (case) file name;
    problems = validate nodes.${case.against or "manifest"} (valueOf case);
  }) cases;
  count = length cases;
  # What the cases judge, for those who judge it otherwise.
  documents = map (case: {
    against = case.against or "manifest";
    value = valueOf case;
  }) cases;
  differences = concatMap difference cases;
}
