# rule-literal-key: keys in the parts of a manifest that start programs and call hosts.
# Texts for a model are not checked: they may mention keys.
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elem
    elemAt
    filter
    genList
    isAttrs
    isList
    isString
    length
    ;
  formats = import ./format.nix;
  keyForm = import ../text/keyForm.nix;
  pointer = (import ../problem/path.nix).pointer;

  text =
    at: value:
    if isString value then
      [
        {
          inherit at value;
        }
      ]
    else
      [ ];
  texts =
    at: list:
    if isList list then
      concatLists (genList (n: text (at ++ [ n ]) (elemAt list n)) (length list))
    else
      [ ];
  field =
    at: set: name:
    if set ? ${name} then text (at ++ [ name ]) set.${name} else [ ];
  each = at: set: visit: if isAttrs set then concatMap (name: visit (at ++ [ name ]) set.${name}) (attrNames set) else [ ];

  literals = at: slots: each at slots (at: slot: if isAttrs slot then field at slot "value" else [ ]);
  model =
    at: model:
    if isAttrs model && (model ? baseUrl || model ? headers) then
      field at model "baseUrl"
      ++ literals (at ++ [ "headers" ]) (model.headers or null)
      ++ concatMap (format: field format.at format.text "template") (formats.texts at model)
    else
      [ ];
  server =
    at: server:
    if isAttrs server then
      concatMap (field at server) [
        "command"
        "cwd"
        "url"
      ]
      ++ texts (at ++ [ "args" ]) (server.args or null)
      ++ concatMap (format: field format.at format.text "template") (formats.texts at server)
      ++ literals (at ++ [ "env" ]) (server.env or null)
      ++ literals (at ++ [ "headers" ]) (server.headers or null)
    else
      [ ];
  hook = at: hook: if isAttrs hook then texts (at ++ [ "command" ]) (hook.command or null) else [ ];
  hooks =
    list:
    if isList list then
      concatLists (
        genList (
          n:
          hook [
            "hooks"
            n
          ] (elemAt list n)
        ) (length list)
      )
    else
      [ ];

  # What is reached and run outside the sandbox.
  outside =
    sandbox:
    let
      at = [ "sandbox" ];
      template =
        at: service:
        let
          value = service.auth.value or null;
        in
        if formats.isFormat value then
          field (
            at
            ++ [
              "auth"
              "value"
            ]
          ) value "template"
        else
          [ ];
    in
    if !(sandbox ? services || sandbox ? hostCommands) then
      [ ]
    else
      each (at ++ [ "services" ]) (sandbox.services or null) template
      ++ each (at ++ [ "hostCommands" ]) (sandbox.hostCommands or null) hook;

  # The strings that are looked through, as { at; value; }.
  strings =
    manifest:
    model [ "model" ] (manifest.model or null)
    ++ each [ "sandbox" "env" ] (manifest.sandbox.env or null) text
    ++ each [ "mcpServers" ] (manifest.mcpServers or null) server
    ++ each [ "subagents" ] (manifest.subagents or null) (
      at: delegate: if isAttrs delegate then model (at ++ [ "model" ]) (delegate.model or null) else [ ]
    )
    ++ hooks (manifest.hooks or null)
    ++ outside (manifest.sandbox or null);

  # The keys among them, as { at; value; form; }.
  keys =
    manifest:
    let
      found = strings manifest;
    in
    if found == [ ] || keyForm.none (map (string: string.value) found) then
      [ ]
    else
      filter (string: string.form != null) (
        map (string: string // { form = keyForm.of string.value; }) found
      );
in
{
  inherit keys;

  rules =
    manifest:
    let
      plain = if isList (manifest.plain or null) then manifest.plain else [ ];
    in
    map (key: {
      code = "rule-literal-key";
      inherit (key) at;
      message = "contains what looks like ${key.form} (value not shown)";
      expected = "a string without a key";
      hint = "put it in env or headers as secrets.ref \"NAME\", and store it: insomnia secret set NAME; if it is not a secret: insomnia.lib.plain \"…\", or in JSON and TOML its pointer in plain";
    }) (filter (key: !(elem (pointer key.at) plain)) (keys manifest));
}
