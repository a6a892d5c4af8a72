# rule-host-command, and the rules about headers and text with secrets, for what the agent
# reaches outside the sandbox.
let
  inherit (builtins)
    attrNames
    concatMap
    head
    isAttrs
    isList
    isString
    match
    ;
  header = import ./header.nix;
  format = import ./format.nix;
  quote = import ../text/quote.nix;

  each =
    at: set: visit:
    if isAttrs set then
      concatMap (name: if isAttrs set.${name} then visit (at ++ [ name ]) set.${name} else [ ]) (
        attrNames set
      )
    else
      [ ];

  service =
    at: service:
    let
      auth = if isAttrs (service.auth or null) then service.auth else { };
      value = auth.value or null;
      here = at ++ [ "auth" ];
      text = here ++ [ "value" ];
    in
    header.name (here ++ [ "header" ]) (auth.header or null)
    ++ (
      if format.isFormat value then
        header.text (text ++ [ "template" ]) (value.template or null)
        ++ format.judge {
          at = text;
          text = value;
        }
      else
        [ ]
    );

  # A program of the workspace, which the agent may write, does not run outside.
  hostCommand =
    at: command:
    let
      argv = command.command or null;
      program = if isList argv && argv != [ ] then head argv else null;
    in
    if
      !(isString program)
      || match "/?[^/]+" program != null && match "/?[.][.]?" program == null
      || match "(/[^/]+)+" program != null && match ".*/[.][.]?(/.*)?" program == null
    then
      [ ]
    else
      [
        {
          code = "rule-host-command";
          at = at ++ [
            "command"
            0
          ];
          message = "${quote program} depends on the working directory";
          expected = "an absolute path without .., or a name on your PATH";
          hint = "write the whole path, such as /usr/bin/gpg";
        }
      ];
in
manifest:
let
  sandbox = if isAttrs (manifest.sandbox or null) then manifest.sandbox else { };
in
(
  if sandbox ? services then
    each [
      "sandbox"
      "services"
    ] sandbox.services service
  else
    [ ]
)
++ (
  if sandbox ? hostCommands then
    each [
      "sandbox"
      "hostCommands"
    ] sandbox.hostCommands hostCommand
  else
    [ ]
)
