# What a check of mkChecks carries of its policy, as data that can be printed.
#
# Answers with
#   kind      "policy", or "other" for a check that carries none
#   profile, policy  their names
#   problems  what is wrong, as the library reports it
#   decides   the calls that the guard is to decide, or null
#   subject   the manifest that it is to decide by, as describe.nix answers; null
#             without calls
# With `brief`, only the names.
{ describe, brief }:
{
  value,
  where,
  position,
}:
let
  inherit (builtins)
    filter
    isAttrs
    isInt
    isString
    listToAttrs
    mapAttrs
    unsafeDiscardStringContext
    ;

  carried = value.insomniaPolicy or null;

  # Only a string is taken as text: converting a path, say, would copy it to the store.
  text = value: if isString value then unsafeDiscardStringContext value else "";
  number = value: if isInt value then value else 0;
  texts =
    names: set:
    listToAttrs (
      map (name: {
        inherit name;
        value = text set.${name};
      }) (filter (name: set ? ${name}) names)
    );
  places = map (place: {
    file = text (place.file or "");
    line = number (place.line or 0);
    column = number (place.column or 0);
  });

  problem =
    found:
    texts [
      "code"
      "path"
      "pointer"
      "message"
      "expected"
      "hint"
    ] found
    // {
      positions = places (found.positions or [ ]);
    };

  calls = map (
    texts [
      "tool"
      "command"
      "path"
      "url"
      "name"
    ]
  );
  expectations = decides: {
    allow = calls (decides.allow or [ ]);
    ask = calls (decides.ask or [ ]);
    deny = calls (decides.deny or [ ]);
    positions = mapAttrs (_: places) (decides.positions or { });
  };

  names = {
    kind = "policy";
    profile = text (carried.profile or "");
    policy = text (carried.policy or "");
  };
  decides = carried.decides or null;
in
if !isAttrs carried then
  { kind = "other"; }
else if brief then
  names
else
  names
  // {
    problems = map problem (carried.problems or [ ]);
    decides = if decides == null then null else expectations decides;
    subject =
      if decides == null then
        null
      else
        describe {
          value = carried.manifest or null;
          where = where ++ [
            "insomniaPolicy"
            "manifest"
          ];
          inherit position;
        };
  }
