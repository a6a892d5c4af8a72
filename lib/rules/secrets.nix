# rule-secret-unused and rule-secret-provider: where secrets go. The conventional names are
# PROVIDER.api.default for a model and PROVIDER.search.default for a search.
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elem
    elemAt
    fromJSON
    genList
    isAttrs
    isList
    isString
    length
    match
    readFile
    ;
  get = import ./get.nix;
  inherit (import ./format.nix) isFormat;
  quote = import ../permission/quote.nix;
  providers = fromJSON (readFile ../schema/providers.json);

  # The name that a slot refers to, or null.
  nameOf =
    slot: if isAttrs slot && slot ? _type && isString (slot.name or null) then slot.name else null;

  # The provider that a name is for, or null where it is not one of a convention.
  ownerOf =
    kind: name:
    let
      found = if name == null then null else match "([a-z0-9-]+)[.]${kind.word}[.]default" name;
      owner = builtins.head found;
    in
    if found == null || !(elem owner kind.known) then null else owner;
  ofModels = ownerOf {
    word = "api";
    known = providers.models;
  };
  ofSearches = ownerOf {
    word = "search";
    known = providers.searches;
  };

  fault = code: at: message: expected: hint: {
    inherit
      code
      at
      message
      expected
      hint
      ;
  };
  unused = fault "rule-secret-unused";
  foreign = fault "rule-secret-provider";
in
{
  inherit ofModels;

  # For a Pod's model and a delegate's.
  model =
    at: model:
    let
      provider = if isAttrs model && isString (model.provider or null) then model.provider else null;
      slot =
        at: what: value:
        let
          name = nameOf value;
          owner = ofModels name;
        in
        if owner == null || owner == provider then
          [ ]
        else
          [
            (foreign at "`${name}` is the key of ${owner}, but the model is from ${quote provider}"
              "a secret of ${quote provider}, or null"
              "set ${what} next to ref: the name of a secret of this provider, or null for none"
            )
          ];
      headers = model.headers or null;
    in
    if provider == null then
      [ ]
    else
      slot (at ++ [ "auth" ]) "auth" (model.auth or null)
      ++ (
        if isAttrs headers then
          concatMap (
            name:
            let
              here = at ++ [
                "headers"
                name
              ];
              header = headers.${name};
              refs = header.refs or null;
            in
            slot here "the header" header
            ++ (
              if isFormat header && isList refs then
                concatLists (
                  genList (
                    n:
                    slot (
                      here
                      ++ [
                        "refs"
                        n
                      ]
                    ) "the header" (elemAt refs n)
                  ) (length refs)
                )
              else
                [ ]
            )
          ) (attrNames headers)
        else
          [ ]
      );

  search =
    manifest:
    let
      at = [
        "web"
        "search"
        "auth"
      ];
      search = get isAttrs [
        "web"
        "search"
      ] manifest;
      name = nameOf (search.auth or null);
      owner = ofSearches name;
      provider = search.provider or null;
    in
    if search == null || name == null || !(isString (search.mode or null)) then
      [ ]
    else if search.mode == "disabled" then
      [
        (unused at "unused secret: the search is disabled"
          "null while mode is disabled"
          "set web.search.mode to \"live\" and web.search.provider to the service, or auth to null"
        )
      ]
    else if !(search ? provider) then
      if nameOf (get isAttrs [ "model" "auth" ] manifest) == name then
        [ ]
      else
        [
          (foreign at "without web.search.provider the secret goes to the host of the model"
            "a provider of the search, or the secret of model.auth"
            "set web.search.provider to the service that the secret is for, such as \"brave\""
          )
        ]
    else if isString provider && owner != null && owner != provider then
      [
        (foreign at "`${name}` is the key of ${owner}, but the search uses `${provider}`"
          "a secret of `${provider}`, or null"
          "set auth next to provider: the name of a secret of this service, or null for none"
        )
      ]
    else
      [ ];

  # Only a program has an environment and arguments, and only a request has headers.
  server =
    at: server:
    let
      started = server ? command;
      field = if started then "headers" else "env";
      slots = server.${field} or null;
      args = server.args or null;
      judge =
        at: slot:
        if nameOf slot == null && !(isFormat slot) then
          [ ]
        else
          [
            (unused at
              (
                if started then
                  "unused secret: a local server receives no requests"
                else
                  "unused secret: a remote server starts no program"
              )
              "no secret here"
              "put the secret into ${if started then "env" else "headers"}, or remove it"
            )
          ];
    in
    if started == server ? url then
      [ ]
    else
      (
        if isAttrs slots then
          concatMap (key: judge (at ++ [ field key ]) slots.${key}) (attrNames slots)
        else
          [ ]
      )
      ++ (
        if !started && isList args then
          concatLists (genList (n: judge (at ++ [ "args" n ]) (elemAt args n)) (length args))
        else
          [ ]
      );
}
