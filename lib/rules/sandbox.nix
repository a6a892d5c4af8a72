# rule-network-domains, rule-sandbox-env and rule-nix-network: a list of domains means
# something only where the network is one, a variable has one value, and builds of the Nix
# daemon reach every host.
let
  inherit (builtins)
    attrNames
    elem
    filter
    isAttrs
    isList
    isString
    ;
  get = import ./get.nix;
  quote = import ../text/quote.nix;
in
manifest:
let
  at = [
    "sandbox"
    "allowedDomains"
  ];
  domains = get isList at manifest;
  network = get isString [
    "sandbox"
    "network"
  ] manifest;
  sandbox = if isAttrs (manifest.sandbox or null) then manifest.sandbox else { };
  env = sandbox.env or null;
  inherited = sandbox.inheritEnv or null;
in
(
  if !(isAttrs env) || !(isList inherited) then
    [ ]
  else
    map (name: {
      code = "rule-sandbox-env";
      at = [
        "sandbox"
        "env"
        name
      ];
      message = "must not be both set here and listed in inheritEnv";
      expected = "one of the two";
      hint = "remove one of the two";
    }) (filter (name: elem name inherited) (attrNames env))
)
++ (
  if
    sandbox.nix or null == true
    && (network == "none" || network == "allowlist" && !(domains != null && elem "@nix" domains))
  then
    [
      {
        code = "rule-nix-network";
        at = [
          "sandbox"
          "nix"
        ];
        message = "builds of the Nix daemon reach every host, but network is ${quote network}";
        expected = "a network that allows it";
        hint = "set network = \"allowlist\" and add `@nix` to allowedDomains, or remove nix";
      }
    ]
  else
    [ ]
)
++ (
if domains == null || domains == [ ] || network == null || network == "allowlist" then
  [ ]
else
  [
    {
      code = "rule-network-domains";
      inherit at;
      message = "has no effect while network is ${quote network}";
      expected = "empty";
      hint = "set sandbox.network to \"allowlist\", or remove the domains";
    }
  ]
)
