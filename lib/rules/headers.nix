# rule-header-name and rule-header-value, for the headers of a model and of an MCP server.
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    head
    isAttrs
    ;
  header = import ./header.nix;
  lower = import ../text/lower.nix;
  quote = import ../permission/quote.nix;

  # The first of the names that is this one but for its case.
  first = names: name: head (filter (other: lower other == lower name) names);
  twice =
    at: names: name:
    if first names name == name then
      [ ]
    else
      [
        {
          code = "rule-header-name";
          inherit at;
          message = "the header ${quote name} is the same as ${quote (first names name)}";
          expected = "each header once";
          hint = "remove one of the two";
        }
      ];
in
at: headers:
if !(isAttrs headers) || headers == { } then
  [ ]
else
  let
    names = attrNames headers;
  in
  concatMap (
    name:
    let
      here = at ++ [ name ];
      slot = if isAttrs headers.${name} then headers.${name} else { };
      refused = header.name here name;
    in
    header.text (here ++ [ "value" ]) (slot.value or null)
    ++ header.text (here ++ [ "template" ]) (slot.template or null)
    ++ (if refused == [ ] then twice here names name else refused)
  ) names
