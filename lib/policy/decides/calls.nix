/**
  The calls of a list of expectations, each in the same form; throws what is wrong with
  the list. The word that a tool takes is `command`, `path`, `url`, `name`, or none.

  # Inputs

  `key`
  : the name of the list, for messages
  `list`
  : strings, which are commands, and sets

  # Type

  ```
  calls :: String -> [ String | Set ] -> [ Call ]
  ```
*/
key: list:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    isAttrs
    isList
    isString
    match
    toJSON
    typeOf
    ;

  tools = attrNames words;
  words = {
    bash = [ "command" ];
    read = [ "path" ];
    edit = [ "path" ];
    write = [ "path" ];
    grep = [ "path" ];
    glob = [ "path" ];
    webfetch = [ "url" ];
    agent = [ "name" ];
    skill = [ "name" ];
    websearch = [ ];
  };

  fail = message: throw "policy.decides: `${key}`: ${message}";
  shown = value: if isString value then toJSON value else "a ${typeOf value}";

  call =
    entry:
    let
      tool = entry.tool or null;
      expected = words.${tool} or [ ];
      given = builtins.filter (word: word != "tool") (attrNames entry);
    in
    if isString entry then
      call {
        tool = "bash";
        command = entry;
      }
    else if !(isAttrs entry) then
      fail "must be a command or { tool; … }, got a ${typeOf entry}"
    else if
      !(isString tool) || !(elem tool tools || match "mcp__[^*]+__[^*]+" tool != null)
    then
      fail "unknown tool ${shown tool}; write one of ${concatStringsSep ", " tools}, or mcp__SERVER__TOOL"
    else if given != expected then
      fail "a call of `${tool}` must be { ${
        concatStringsSep " " (map (word: "${word};") ([ "tool" ] ++ expected))
      } }, got { ${concatStringsSep " " (map (word: "${word};") (attrNames entry))} }"
    else if !(builtins.all (word: isString entry.${word} && entry.${word} != "") given) then
      fail "${concatStringsSep ", " (map (word: "`${word}`") given)} of a call of `${tool}` must be a string with at least one character"
    else
      entry;
in
if isList list then map call list else fail "must be a list, got a ${typeOf list}"
