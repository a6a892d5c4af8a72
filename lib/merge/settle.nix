# Reduces every representation of a layer to an attribute set: calls functions, reads
# paths, opens profile values. Returns { body; key; file; under; made?; } or { fault; }.
#
# `key` distinguishes layers: the file, or name@file:line of a profile value, or the place
# in the imports of another layer. `made` marks keys that two different layers may share.
insomnia:
let
  inherit (builtins)
    addErrorContext
    attrNames
    concatStringsSep
    filter
    functionArgs
    intersectAttrs
    isAttrs
    isFunction
    isPath
    isString
    pathExists
    stringLength
    substring
    unsafeDiscardStringContext
    ;
  escape = import ../text/escape.nix;
  kinds = import ../validate/kinds.nix;
  placeOf = import ./placeOf.nix;
  tags = import ./tags.nix;

  given = { inherit insomnia; };

  nameFile = file: unsafeDiscardStringContext (toString file);
  within = context: value: addErrorContext "insomnia-layer=${context}" value;

  # A directory means its default.nix, so that both count as one layer.
  fileOf = path: if pathExists (path + "/default.nix") then path + "/default.nix" else path;

  wrong = message: hint: {
    fault = {
      code = "layer-type";
      inherit message hint;
      expected = "an attribute set, a function of { insomnia }, a path to either, or a profile value";
    };
  };

  # What to write for a text: the name of a built-in profile, or a path.
  ofText =
    text:
    let
      builtin = builtins.match "(builtin:|insomnia#|insomnia[.]insomniaProfiles[.])?([a-z0-9-]+)" text;
      name = builtins.elemAt builtin 1;
    in
    if builtin != null && (insomnia.insomniaProfiles or { }) ? ${name} then
      "write insomnia.insomniaProfiles.${name} without quotes"
    else if builtins.match "(builtin|user|project|github|git[+].*|path):.*" text != null then
      "references are for commands: write insomnia.insomniaProfiles.NAME, ./FILE.nix, or inputs.NAME.insomniaProfiles.NAME in a flake"
    else
      "write a path without quotes: ./${if text == "" then "layer.nix" else escape text}";

  # Comes down to an attribute set: { body; key; file; under; } or { fault; }.
  settle =
    origin: value:
    if isPath value || (isString value && substring 0 1 value == "/") then
      let
        file = fileOf value;
        name = nameFile file;
      in
      if !(pathExists file) then
        wrong "file not found: ${escape name}" "check the path; in a git flake, `git add` the file; a profile reads nothing outside its own tree"
      else if substring (stringLength name - 3) 3 name == ".md" then
        import ../agent/file.nix within name file
      else
        settle {
          key = name;
          file = name;
        } (within name (import file))
    else if isFunction value then
      let
        args = functionArgs value;
        strangers = filter (name: name != "insomnia" && !args.${name}) (attrNames args);
      in
      if strangers != [ ] then
        wrong "the function requires ${concatStringsSep ", " (map (name: "`${name}`") strangers)}; a layer is called with { insomnia } only" "take what it needs from `insomnia`, or call it yourself and import the result"
      else
        settle origin (
          within origin.key (
            value (if args == { } || args ? insomnia then given else intersectAttrs args given)
          )
        )
    else if isAttrs value then
      if value ? _type then
        if value._type == "insomnia.profile" && value ? layers.root then
          fromSpec value.layers.root
        else
          { fault = tags.refusal value; }
      else if value.schema or null == "insomnia.pod/v1" then
        wrong "must be a layer, got a resolved manifest" "import the profile it was resolved from, or set what you need in `overrides`"
      else if value ? outPath then
        wrong "must be a layer, got a derivation or a flake" "name a file in it: (x + \"/profile.nix\"), or one of its insomniaProfiles"
      else
        origin
        // {
          body = value;
          under = [ ];
        }
    else if isString value then
      wrong "must be a layer, got a string" (ofText value)
    else if value == null then
      wrong "must be a layer, got null" "for a conditional import write `imports = [ … ] ++ (if CONDITION then [ … ] else [ ])`"
    else
      wrong "must be a layer, got ${kinds.is value}" "write { … }, ./file.nix or a profile value";

  # The root of a profile value, or of the profile that is being made.
  fromSpec =
    spec:
    let
      origin = {
        key = spec.key or "profile";
        file = null;
      };
      settled = settle origin spec.value;
    in
    if settled ? fault then
      settled
    else if settled.key != origin.key || settled.file != null then
      if spec ? under then
        settled
        // {
          key = settled.key + "+";
          under = settled.under ++ spec.under;
          made = true;
        }
      else
        settled
    else
      let
        place = placeOf settled.body;
      in
      settled
      // {
        key =
          (
            if isString (settled.body.name or null) then
              unsafeDiscardStringContext settled.body.name
            else
              "profile"
          )
          + (if spec ? under then "+" else "")
          + (if place == null then "" else "@${place.file}:${toString place.line}:${toString place.column}");
        under = spec.under or [ ];
        made = true;
      };
in
{
  inherit settle fromSpec;
}
