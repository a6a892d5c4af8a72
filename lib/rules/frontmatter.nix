# rule-skill-frontmatter: the frontmatter that a program reads in a SKILL.md must agree with the skill.
let
  inherit (builtins)
    any
    concatStringsSep
    elem
    filter
    isList
    isString
    map
    toJSON
    unsafeDiscardStringContext
    ;
  begins = import ../text/begins.nix;
  contains = import ../text/contains.nix;
  covers = import ../reach/covers.nix;
  foreign = import ../permission/foreign.nix;
  frontmatter = import ../skill/frontmatter.nix;
  quick = import ../permission/quick.nix;
  quote = import ../text/quote.nix;

  # The tool of the vocabulary that a name means; "" where there is none, null if it is not known.
  toolOf =
    name:
    if name == "*" || begins "mcp__" name || quick.tool [ ] name then
      name
    else
      foreign.toolOf name;
  listed = names: concatStringsSep ", " (map quote names);
in
at: name: skill: text:
let
  found = frontmatter.read (unsafeDiscardStringContext text);
  problem = message: hint: {
    code = "rule-skill-frontmatter";
    at =
      at
      ++ [
        "files"
        "SKILL.md"
      ];
    inherit message hint;
    expected = "a frontmatter that agrees with the skill";
  };
  description = skill.description or null;
  allowed = filter isString (
    if isList (skill.allowedTools or null) then skill.allowedTools else [ ]
  );
  tools = if found.tools == null then [ ] else found.tools;
  strange = filter (tool: toolOf tool == null) tools;
  wanted = filter (tool: tool != null && tool != "") (map toolOf tools);
  missing = filter (tool: !(any (wide: covers "tool" wide tool) allowed)) wanted;
  once = names: builtins.attrNames (builtins.groupBy (name: name) names);
in
if found == null then
  [ ]
else
  map (fault: problem fault.message fault.hint) found.faults
  ++ (
    if found.name == null || found.name == name then
      [ ]
    else
      [
        (problem "the name in the frontmatter must be ${quote name}, got ${quote found.name}" "write name: ${name}")
      ]
  )
  ++ (
    if
      found.description == null
      || !(isString description)
      || found.description == frontmatter.folded description
    then
      [ ]
    else
      [
        (problem
          "the description in the frontmatter differs from that of the skill"
          "write description: ${toJSON (frontmatter.folded description)}"
        )
      ]
  )
  ++ (
    if strange == [ ] then
      [ ]
    else
      [
        (problem "unknown tools in allowed-tools of the frontmatter: ${listed strange}" "remove them from allowed-tools")
      ]
  )
  ++ (
    if missing == [ ] then
      [ ]
    else
      [
        (problem
          "the frontmatter allows ${listed (once missing)}, which allowedTools of the skill does not"
          "write allowedTools = [ ${concatStringsSep " " (map toJSON (once (allowed ++ missing)))} ], or remove them from allowed-tools"
        )
      ]
  )
