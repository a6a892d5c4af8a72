# What is wrong with a config.toml, by the schema of the program. A string is not shown: in
# the place of one of these, a secret may have been written.
{ insomnia }:
let
  inherit (builtins)
    elemAt
    fromJSON
    head
    isAttrs
    isList
    isString
    length
    mapAttrs
    readFile
    replaceStrings
    ;
  finish = import ../problem/finish.nix (_: [ ]);
  load = import ../validate/load.nix;
  validate = import ../validate/validate.nix { };

  # Its patterns are those of Go: Nix has no escapes for control characters.
  readable =
    value:
    if isAttrs value then
      mapAttrs (
        name: child: if name == "pattern" && isString child then rewritten child else readable child
      ) value
    else if isList value then
      map readable value
    else
      value;
  rewritten =
    replaceStrings
      [
        ''\x00-\x20\x7f''
        ''\x00-\x1f\x7f''
        ''\]''
      ]
      [
        "[:cntrl:][:space:]"
        "[:cntrl:]"
        "]"
      ];

  node = load (readable (fromJSON (readFile ../schema/config.json)));

  # What a string is, by the table that it is in; null where the schema has better words.
  form =
    at:
    {
      default = "a reference such as user:coder";
      aliases = "a name of letters, digits, - and _, and a reference such as user:coder";
      sources = "a name of letters, digits, - and _, and a flake reference such as github:acme/agents";
      secrets =
        if length at < 3 then
          "a name such as anthropic.api.default, lowercase parts with dots between them, and a table with uri"
        else if elemAt at 2 == "uri" then
          "a place such as env:ANTHROPIC_API_KEY, file:PATH or exec:COMMAND"
        else if elemAt at 2 == "hosts" then
          "a list of hosts such as api.anthropic.com"
        else
          "a list of commands: the absolute path of a program, and its arguments";
    }
    .${head at} or null;

  # Forms of strings are said in words.
  expected =
    problem:
    if form problem.at == null || problem.at == [ ] then
      { inherit (problem) expected; }
    else
      { expected = form problem.at; };

  worded =
    problem:
    if problem.code == "property-name" then
      removeAttrs problem [ "hint" ] // { message = "is not a valid name"; } // expected problem
    else if problem.code == "pattern" || problem.code == "enum" || problem.code == "type" then
      removeAttrs problem [ "hint" ] // { message = "is not a valid value"; } // expected problem
    else if problem.code == "required" then
      problem // expected problem
    else if problem.code == "unknown-field" && head problem.at == "secrets" then
      problem
      // {
        hint = "the value of a secret is never written here: bind the name to a place, or insomnia secret set";
      }
    else if problem.code == "unknown-field" && length problem.at == 1 && !(problem ? hint) then
      problem // { hint = "what an agent is or may do is set in a profile"; }
    else
      problem;
in
settings: map (problem: finish (worded problem)) (validate node settings)
