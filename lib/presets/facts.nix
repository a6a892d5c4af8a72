/**
  What the presets count with: the profile with its overrides on top, reduced to
  the fields that a formula mentions.

  A number or a mode that `overrides` fixes counts here too, so that what follows
  from it follows.

  # Inputs

  `profile`
  : the merged profile
  `pod`
  : the Pod's model, from model.nix
  `chosen`
  : for each preset what choose.nix gives
  `parts`
  : for each preset what it derives
*/
{
  profile,
  pod,
  chosen,
  parts,
}:
let
  inherit (builtins)
    attrNames
    filter
    isAttrs
    isInt
    ;

  lookup = import ./lookup.nix;

  set = path: lookup path { } profile;
  ceiling =
    field: fallback:
    effective (
      [
        "delegation"
        "ceiling"
      ]
      ++ field
    ) fallback;
  sets = value: if isAttrs value then value else { };

  effective = path: fallback: lookup ([ "overrides" ] ++ path) (lookup path fallback profile) profile;

  integers = fields: removeAttrs fields (filter (name: !(isInt fields.${name})) (attrNames fields));
in
{
  window = pod.model.contextWindowTokens;
  output = pod.model.maxOutputTokens;
  inherit (pod) reasoning;

  # Numbers of the compaction that are fixed from outside.
  fixed = integers (
    sets (set [
      "overrides"
      "context"
      "compaction"
    ])
  );
  inherit (parts.budget.facts) percent room usable;
  inherit (parts.compaction.facts) threshold;

  variant = chosen.variant.written;
  toolPolicy = chosen.toolPolicy.written;

  mcpServers = sets (set [ "mcpServers" ]);
  subagents = sets (set [ "subagents" ]);

  search =
    effective [
      "web"
      "search"
      "mode"
    ] chosen.web.parameters.mode != "disabled";
  fetch = effective [
    "web"
    "fetch"
    "enabled"
  ] chosen.web.parameters.fetch;

  domains =
    effective
      [
        "sandbox"
        "allowedDomains"
      ]
      [ ];

  # What holds delegates in place of the Pod's own; null where it does not.
  ceiling = {
    tools = ceiling [ "tools" ] null;
    permissions = ceiling [ "permissions" ] null;
  };

  # The values that a subagent inherits if it sets nothing.
  permissions = {
    mode = effective [
      "permissions"
      "mode"
    ] chosen.autonomy.parameters.mode;
    default = effective [
      "permissions"
      "default"
    ] chosen.autonomy.parameters.default;
  };
  tools = {
    default = effective [
      "tools"
      "default"
    ] chosen.toolPolicy.parameters.default;
    allow = effective [
      "tools"
      "allow"
    ] parts.toolPolicy.facts.offered;
    deny =
      effective
        [
          "tools"
          "deny"
        ]
        [ ];
  };
}
