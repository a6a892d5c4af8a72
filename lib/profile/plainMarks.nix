# The marks that lib.plain puts around strings. They are taken away before layers are
# merged; what is left of them is the list `plain` of the manifest, for the strings that
# have the form of a key.
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    isAttrs
    isList
    isString
    mapAttrs
    ;
  keys = import ../rules/keys.nix;
  pointer = (import ../problem/path.nix).pointer;
  type = "insomnia.plain/v1";

  is = value: isAttrs value && value._type or null == type && isString (value.value or null);

  # Goes into what mkForce, mkBefore and the like hold.
  under =
    strip: value:
    if is value then
      strip value
    else if isAttrs value && value ? _type && value ? content then
      value // { content = under strip value.content; }
    else
      strip value;
  change = changes: value: if isAttrs value then value // changes value else value;
  at = strip: set: name: if set ? ${name} then { ${name} = under strip set.${name}; } else { };
  all = strip: value: if isAttrs value && !(is value) then mapAttrs (_: under strip) value else value;

  # A string, or text with secrets.
  string =
    value: if is value then value.value else change (set: at (value: if is value then value.value else value) set "template") value;
  strings = value: if isList value then map (under string) value else value;
  slot =
    value:
    if is value then
      { inherit (value) value; }
    else
      change (set: at string set "value" // at string set "template") value;
  model = change (set: at string set "baseUrl");
  server = change (
    set:
    at string set "command"
    // at string set "cwd"
    // at string set "url"
    // at strings set "args"
    // at (all slot) set "env"
    // at (all slot) set "headers"
  );
  hook = change (set: at strings set "command");
  hooks = value: if isList value then map (under hook) value else value;
  delegate = change (set: at model set "model");

  outside = change (
    set:
    at (all (change (set: at (change (set: at string set "value")) set "auth"))) set "services"
    // at (all hook) set "hostCommands"
  );

  sections = change (
    set:
    at model set "model"
    // at (all server) set "mcpServers"
    // at (all delegate) set "subagents"
    // at outside set "sandbox"
    // at hooks set "hooks"
  );

  # The strings that are marked in a layer, to a depth that is enough.
  marked =
    depth: value:
    if is value then
      [ value.value ]
    else if depth == 0 then
      [ ]
    else if isList value then
      concatMap (marked (depth - 1)) value
    else if isAttrs value && !(value ? outPath) then
      concatMap (name: marked (depth - 1) value.${name}) (attrNames value)
    else
      [ ];
  places = [
    "hooks"
    "mcpServers"
    "model"
    "overrides"
    "sandbox"
    "subagents"
  ];
  markedIn =
    body: if isAttrs body then concatMap (name: if body ? ${name} then marked 12 body.${name} else [ ]) places else [ ];
in
{
  inherit is;

  # A layer without marks.
  strip = body: change (set: at sections set "overrides") (sections body);

  # A manifest that lists the keys among its strings that some layer marks.
  list =
    bodies: manifest:
    let
      found = keys.keys manifest;
      values = concatMap markedIn bodies;
      listed = map (key: pointer key.at) (filter (key: elem key.value values) found);
    in
    if found == [ ] || listed == [ ] then
      manifest
    else
      manifest // { plain = (if isList (manifest.plain or null) then manifest.plain else [ ]) ++ listed; };
}
