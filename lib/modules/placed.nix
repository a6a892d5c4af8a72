# A profile of home-manager: the files that `user:NAME` is found by, its value, and what
# is wrong with it.
{ insomnia, lib }:
name: source:
let
  inherit (builtins)
    baseNameOf
    dirOf
    isAttrs
    isPath
    isString
    match
    pathExists
    storeDir
    toJSON
    ;
  finish = import ../problem/finish.nix (_: [ ]);
  load = import ./loaded.nix { inherit insomnia; };
  problemsOf = import ./problems.nix { inherit insomnia; };

  isFile = isPath source || isString source || isAttrs source && source ? outPath;
  isDirectory = isFile && pathExists source && lib.pathIsDirectory source;
  inStore = lib.hasPrefix "${storeDir}/" (toString source);

  # The files of a flake are in the store, so a directory of it can be copied; outside,
  # that could copy what is private.
  linked =
    if isDirectory || !(isPath source) then
      "${source}"
    else if inStore && baseNameOf (dirOf source) != baseNameOf storeDir then
      "${dirOf source}/${baseNameOf source}"
    else
      "${source}";
  file = if isDirectory then "${linked}/profile.nix" else linked;
  extension = if match ".*[.]md" (toString source) != null then ".md" else ".nix";

  # A string of Nix: JSON escapes all but the dollar as Nix does, in text without control characters.
  string = text: builtins.replaceStrings [ "$" ] [ "\\$" ] (toJSON text);

  fault = message: hint: [
    (finish {
      code = "profile-option";
      at = [ ];
      inherit message hint;
    })
  ];

  misnamed =
    if match "[A-Za-z0-9][A-Za-z0-9._-]*" name == null then
      fault "cannot use the profile name `${name}`"
        "use letters, digits, dots, underscores and hyphens, a letter or digit first"
    else if match ".*[.](nix|md)" name != null then
      fault "the name `${name}` is that of a file" "leave out the extension"
    else
      [ ];
  missing =
    if isFile && !isDirectory && match ".*[.](nix|md)" (toString source) == null then
      fault "${toString source} is not a profile file"
        "name a .nix file, a Markdown layer, or a directory with a profile.nix"
    else if isPath source && !(pathExists source) then
      fault "${toString source} not found" "check the path; in a git flake, `git add` the file"
    else if isDirectory && !(pathExists file) then
      fault "profile.nix not found in ${toString source}" "write one, or name the file of the profile"
    else
      [ ];

  value = load name (if isFile then file else source);
  # Asked for even of a profile that is not used, so that the switch fails.
  found = builtins.addErrorContext "while evaluating programs.insomnia.profiles.${name} of home-manager; a file outside of a flake is copied without the files in its directory" (
    problemsOf value
  );
in
{
  inherit value;
  problems =
    if misnamed != [ ] then
      misnamed
    else if missing != [ ] then
      missing
    else
      found;
  files =
    if isFile then
      {
        "insomnia/profiles/${name}${if isDirectory then "" else extension}".source = linked;
      }
    else
      {
        # One file: home-manager links each to a place of its own in the store.
        "insomnia/profiles/${name}.nix".text = ''
          # Written by home-manager, from programs.insomnia.profiles.${name}.
          { insomnia }: insomnia.lib.mkManifest (builtins.fromJSON ${string (toJSON (value.manifest or value))})
        '';
      };
}
