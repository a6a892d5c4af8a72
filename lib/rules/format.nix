# rule-secret-format: text with secrets in a server. Gives the texts too, as { at; text; }.
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elemAt
    filter
    genList
    head
    isAttrs
    isList
    isString
    length
    match
    replaceStrings
    split
    stringLength
    ;
  manifestNode = import ../validate/manifestNode.nix;
  validate = import ../validate/validate.nix { };
  address = head manifestNode.props.mcpServers.values.props.url.branches;

  isFormat =
    slot: isAttrs slot && isString (slot._type or null) && slot._type == "insomnia.secret-format/v1";

  # The text with a word in place of each {}, and of each doubled brace.
  with' =
    open: close: place:
    replaceStrings
      [
        "{{"
        "}}"
        "{}"
      ]
      [
        open
        close
        place
      ];
  bare = with' "" "" "";
  filled = with' "{" "}" "x";
  # No address has a line break, so that it can mark the places.
  beforeFirst = template: head (split "\n" (with' "{" "}" "\n" template));

  counted = n: thing: "${toString n} ${thing}${if n == 1 then "" else "s"}";

  texts =
    at: server:
    let
      args = server.args or null;
      one = at: slot: if isFormat slot then [ { inherit at; text = slot; } ] else [ ];
      all =
        field:
        let
          slots = server.${field} or null;
        in
        if isAttrs slots then
          concatMap (name: one (at ++ [ field name ]) slots.${name}) (attrNames slots)
        else
          [ ];
    in
    (
      if isList args then
        concatLists (genList (n: one (at ++ [ "args" n ]) (elemAt args n)) (length args))
      else
        [ ]
    )
    ++ one (at ++ [ "url" ]) (server.url or null)
    ++ all "env"
    ++ all "headers";

  fault = at: message: expected: hint: [
    {
      code = "rule-secret-format";
      inherit
        at
        message
        expected
        hint
        ;
    }
  ];
  urlHint = "write https://HOST/…{}, or send the secret in headers: headers.Authorization = secrets.format \"Bearer {}\" (secrets.ref \"NAME\")";

  judge =
    { at, text }:
    let
      inherit (text) template;
      refs = text.refs or null;
      places = stringLength (with' "" "" "x" template) - stringLength (bare template);
    in
    if !(isString (text.template or null)) then
      [ ]
    else if filter isString (split "[{}]" (bare template)) != [ (bare template) ] then
      fault (at ++ [ "template" ]) "has a brace that is neither {} nor doubled (text not shown)"
        "{} for a secret, {{ or }} for a brace"
        "write {{ for { and }} for }"
    else if isList refs && length refs != places then
      fault (at ++ [ "refs" ])
        "has ${counted (length refs) "secret"}, but the template has ${counted places "place"}"
        "as many secrets as the template has {}"
        "write {} where each secret goes"
    else if length at != 3 || elemAt at 2 != "url" then
      [ ]
    else if match ".*://[^/]*/.*" (beforeFirst template) == null then
      fault (
        at ++ [ "template" ]
      ) "must not have a secret in its scheme, host or port"
        "an address with a / before the first {}"
        urlHint
    else if validate address (filled template) != [ ] then
      fault (at ++ [ "template" ]) "is not an address (text not shown)"
        "an address such as https://api.example.org/v1/{}"
        urlHint
    else
      [ ];
in
{
  inherit
    filled
    isFormat
    judge
    texts
    ;
  rules = at: server: concatMap judge (texts at server);
}
