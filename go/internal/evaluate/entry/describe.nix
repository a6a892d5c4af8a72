# A profile as printable data, or the reason why it is not one.
#
# Answers with
#   kind      "profile" (made by mkProfile), "manifest" (a plain manifest), or
#             the kind of any other value
#   unjudged  the part that the program judges itself: the manifest, and for a profile its
#             merged layers; null if it takes the report
#   report    the library's verdict; asked for only if the program
#             cannot accept the unjudged part
#     problems  the profile's own problems, or else everything that is not plain data
#     reported  whether the problems are the profile's own
#     manifest  the manifest; null when there are problems
#     explain   where its values come from, if asked for; null if unknown
# `value` is the output, `where` its attribute path for messages, `position`
# the place of its definition or null.
{
  value,
  where,
  position,
  explain ? false,
}:
let
  inherit (builtins)
    attrNames
    concatLists
    concatStringsSep
    elem
    elemAt
    genList
    hasContext
    isAttrs
    isFunction
    isList
    isPath
    isString
    length
    match
    replaceStrings
    toJSON
    typeOf
    ;

  quoted = name: if match "[A-Za-z0-9_-]+" name != null then name else toJSON name;
  dotted =
    path:
    if path == [ ] then
      ""
    else
      let
        parts = map (part: if isString part then "." + quoted part else "[${toString part}]") path;
        text = concatStringsSep "" parts;
      in
      builtins.substring 1 (builtins.stringLength text) text;
  escape = part: replaceStrings [ "~" "/" ] [ "~0" "~1" ] (toString part);
  pointer = path: concatStringsSep "" (map (part: "/" + escape part) path);

  problem = code: path: message: hint: {
    inherit code message hint;
    path = dotted path;
    pointer = pointer path;
    positions = if position == null then [ ] else [ position ];
  };

  # What JSON has no form for, or has a form that is not the value's.
  foreign =
    path: v:
    if isAttrs v then
      if v ? outPath || v ? __toString || (v.type or null) == "derivation" then
        [
          (problem "store-path" path "a derivation or a set that stands for a string"
            "put the text itself here; a manifest is plain data"
          )
        ]
      else
        concatLists (map (name: foreign (path ++ [ name ]) v.${name}) (attrNames v))
    else if isList v then
      concatLists (genList (i: foreign (path ++ [ i ]) (elemAt v i)) (length v))
    else if isFunction v then
      [
        (problem "function-value" path "a function where data is expected"
          "call it, or leave it out; a manifest is plain data"
        )
      ]
    else if isPath v then
      [
        (problem "path-value" path "a path where text is expected"
          "read the file into the profile: builtins.readFile ./FILE"
        )
      ]
    else if isString v && hasContext v then
      [
        (problem "store-path" path "text that refers to the Nix store"
          "read files with builtins.readFile; a manifest must make sense on another machine"
        )
      ]
    else
      [ ];

  answer =
    unjudged: problems: manifest:
    let
      all = problems ++ (if problems == [ ] then foreign [ ] manifest else [ ]);
    in
    {
      inherit kind where position;
      unjudged = if explain then null else unjudged;
      report = {
        problems = all;
        reported = problems != [ ];
        manifest = if all == [ ] then manifest else null;
        explain = if explain && kind == "profile" then value.explain or null else null;
      };
    };

  kind =
    if !isAttrs value then
      typeOf value
    else if (value._type or null) == "insomnia.profile" then
      "profile"
    else if (value.type or null) == "derivation" then
      "derivation"
    else if value ? schema then
      "manifest"
    else if isString (value._type or null) then
      value._type
    else
      "set";
in
if kind == "profile" then
  answer (value.unjudged or null) (value.problems or [ ]) value.manifest
else if kind == "manifest" then
  answer { manifest = value; } [ ] value
else
  {
    inherit kind where position;
  }
