# What Nix can decide about addresses: which host they name.
let
  inherit (builtins)
    elemAt
    match
    stringLength
    substring
    ;
  ends = import ../../text/ends.nix;
  lower = import ../../text/lower.nix;

  # A name, and no IP address in any notation.
  name = "([a-z0-9-]+[.])*[a-z][a-z0-9-]*";
  # Scheme, host and what follows it, or null.
  partsOf = match "(https?://)?([^/:]*)(.*)";
in
{
  # Whether anything is certain of an address.
  certain =
    url:
    stringLength url <= 1024
    && match "https?://${name}(/[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*)*" url != null;

  # Whether a pattern matches an address; null where that is left to the guard.
  matches =
    pattern: url:
    let
      parts = partsOf pattern;
      wide = lower (elemAt parts 1);
      host = elemAt (partsOf url) 1;
      domain = substring 2 (-1) wide;
      sub = substring 0 2 wide == "*.";
      same = if sub then ends ".${domain}" host else wide == host;
    in
    if parts == null || match name (if sub then domain else wide) == null then
      null
    else if !same then
      false
    else if elemAt parts 0 == null && elemAt parts 2 == "" then
      true
    else
      null;
}
