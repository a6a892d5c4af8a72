# rule-network-domains: a list of domains means something only where the network is one.
let
  inherit (builtins) isList isString;
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
in
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
