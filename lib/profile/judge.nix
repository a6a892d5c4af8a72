# What is wrong with a composed manifest and was not said of what was written, each problem
# at the place where the author would mend it.
manifestNode:
let
  inherit (builtins)
    elemAt
    filter
    genList
    length
    listToAttrs
    unsafeDiscardStringContext
    ;
  author = import ./author.nix manifestNode;
  dotted = (import ../problem/path.nix).dotted;
  rules = import ../rules.nix;
  unsaid = import ./unsaid.nix;
  validate = import ../validate/validate.nix { } manifestNode;
in
{
  written,
  composed,
  whereIs,
}:
let
  inherit (written) derived;
  inherit (composed) sections overrides;

  prefixes = at: genList (n: genList (elemAt at) (n + 1)) (length at);

  # The preset that a field, or a section above it, was derived from.
  sourceOf =
    at:
    let
      found = filter (prefix: derived.sources ? ${dotted prefix}) (prefixes at);
    in
    if found == [ ] then null else derived.sources.${dotted (elemAt found 0)};

  place =
    problem:
    let
      source = sourceOf problem.at;
    in
    if author.has overrides problem.at then
      problem // { at = [ "overrides" ] ++ problem.at; }
    else if author.has sections problem.at || source == null then
      problem // { at = author.toProfile problem.at; }
    else
      {
        hint = "it comes from `${source.name}` = `${toString source.value}`: ${source.formula}";
      }
      // problem
      // {
        derived = true;
        positions = whereIs (author.presetAt source problem.at);
      };

  news = unsaid written.problems;

  placed = map place (validate composed.manifest ++ rules composed.manifest);

  # What a preset copies from the author's own fields is wrong once, where it is written.
  key = problem: unsafeDiscardStringContext "${problem.code} ${problem.message}";
  own = listToAttrs (
    map (problem: {
      name = key problem;
      value = null;
    }) (filter (problem: !(problem ? derived)) placed)
  );
in
filter (
  problem:
  if problem ? derived then
    written.problems == [ ] && !(own ? ${key problem})
  else
    written.problems == [ ] || news problem
) placed
