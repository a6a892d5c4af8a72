/**
  The cross-field rules of a manifest: what no schema can say. go/manifest/rules.go holds the
  same rules with the same codes and pointers, and tells them one by one; the conformance
  corpus holds both to it.

  # Inputs

  `manifest`
  : an attribute set; a rule looks only at values of the right type and skips a comparison
    when a side of it is missing

  # Type

  ```
  rules :: AttrSet -> [ { code; at; message; expected; hint; } ]
  ```

  # Examples

  ```nix
  rules { skills.review.files = { }; }
  => [ { code = "rule-skill-file"; at = [ "skills" "review" "files" ]; … } ]
  ```
*/
let
  inherit (builtins)
    any
    attrNames
    concatMap
    elemAt
    filter
    genList
    isAttrs
    length
    ;

  address = import ./rules/address.nix;
  context = import ./rules/context.nix;
  formats = import ./rules/format.nix;
  headers = import ./rules/headers.nix;
  language = import ./rules/language.nix;
  model = import ./rules/model.nix;
  server = import ./rules/server.nix;
  keys = import ./rules/keys.nix;
  places = import ./rules/places.nix;
  permissionsOf = import ./rules/permissions.nix;
  sandbox = import ./rules/sandbox.nix;
  prompts = import ./rules/prompts.nix;
  secrets = import ./rules/secrets.nix;
  services = import ./rules/services.nix;
  skill = import ./rules/skill.nix;
  workflow = import ./rules/workflow.nix;
  hooks = import ./rules/hooks.nix;
  subagent = import ./rules/subagent.nix;

  modelled =
    at: value:
    model at value
    ++ (
      if isAttrs value && (value ? baseUrl || value ? headers) then
        address (at ++ [ "baseUrl" ]) (value.baseUrl or null)
        ++ headers (at ++ [ "headers" ]) (value.headers or null)
        ++ formats.rules at value
      else
        [ ]
    )
    ++ secrets.model at value;

  # An entry that is refused, itself or what is in it, is told once.
  holds = at: inner: length at <= length inner && at == genList (elemAt inner) (length at);
  unlessIn =
    refused:
    if refused == [ ] then
      problems: problems
    else
      filter (problem: !(any (other: holds problem.at other.at) refused));

  ceiling =
    permissions: manifest:
    let
      delegation = manifest.delegation or null;
      value = if isAttrs delegation then delegation.ceiling or null else null;
    in
    if isAttrs value then
      permissions.holder [
        "delegation"
        "ceiling"
      ] value
    else
      [ ];

  each =
    manifest: section: rule:
    let
      entries = manifest.${section} or { };
    in
    if isAttrs entries then
      concatMap (name: if isAttrs entries.${name} then rule [ section name ] entries.${name} else [ ]) (
        attrNames entries
      )
    else
      [ ];
in
manifest:
let
  permissions = permissionsOf manifest;
  subagentOf = subagent manifest;
in
context manifest
++ modelled [ "model" ] (manifest.model or null)
++ (if manifest.prompts.language or null == null then [ ] else language manifest)
++ secrets.search manifest
++ prompts manifest
++ keys.rules manifest
++ each manifest "mcpServers" (at: entry: server at entry ++ places.server at entry ++ secrets.server at entry)
++ permissions.holder [ ] manifest
++ places.manifest manifest
++ ceiling permissions manifest
++ sandbox manifest
++ (if manifest ? sandbox.services || manifest ? sandbox.hostCommands then services manifest else [ ])
++ each manifest "skills" (
  at: value: skill at (elemAt at 1) value ++ permissions.skill at value
)
++ each manifest "workflows" workflow
++ (if manifest.hooks or [ ] == [ ] then [ ] else hooks permissions manifest.hooks)
++ each manifest "subagents" (
  at: value:
  let
    refused = permissions.holder at value;
  in
  modelled (at ++ [ "model" ]) (value.model or null)
  ++ refused
  ++ unlessIn refused (subagentOf at value)
)
