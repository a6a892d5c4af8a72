# Sharpens problems of unknown fields with what is known about profiles: startup inputs,
# derived sections, and fields that exist in another section.
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elemAt
    head
    isString
    length
    ;
  startupInputs = import ./startupInputs.nix;

  startup =
    at:
    let
      found = startupInputs.${elemAt at 0} or null;
    in
    if length at == 1 && isString found then
      found
    else if length at == 2 && builtins.isAttrs found then
      found.${elemAt at 1} or null
    else
      null;

  identity = "set name, description, role, variant and tags at the top level of the profile";
  known = {
    schema = "remove it; for a raw manifest, use mkManifest";
    profile = identity;
    "context.compaction" =
      "choose `compaction` (off, early, balanced, late), or set numbers in `overrides.context.compaction`";
    "context.pruning" =
      "choose `pruning` (off, gentle, balanced, aggressive), or set numbers in `overrides.context.pruning`";
  };

  # Sections that have a field of this name.
  elsewhere =
    node: name:
    concatMap (
      section:
      let
        child = node.props.${section};
      in
      if section != "overrides" && child.kind == "closed" && child.props ? ${name} then
        [ "${section}.${name}" ]
      else
        [ ]
    ) (attrNames node.props);
in
node: problem:
if problem.code != "unknown-field" then
  problem
else
  let
    dotted = concatStringsSep "." (map toString problem.at);
    name = elemAt problem.at (length problem.at - 1);
    where = startup problem.at;
    raw = head problem.at == "overrides";
    others = elsewhere node name;
  in
  if where != null then
    {
      inherit (problem) at positions;
      code = "startup-input";
      message = "cannot be set in a profile: it is chosen when a Pod is created";
      hint = where;
    }
  else if known ? ${dotted} then
    problem // { hint = known.${dotted}; }
  else if problem ? hint then
    problem
  else if length problem.at <= (if raw then 3 else 2) && others != [ ] then
    problem // { hint = "did you mean `${if raw then "overrides." else ""}${head others}`?"; }
  else
    problem
