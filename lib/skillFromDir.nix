/**
  Reads a skill from a directory, as other programs keep it: `SKILL.md` with its
  frontmatter, and files next to it. The description and the allowed tools are those of
  the frontmatter; a tool with a pattern, such as `Bash(git:*)`, is the whole tool, since
  a skill's tools have no patterns.

  Nix cannot see which files may be started, so these are the files that begin with `#!`
  and those in `executable`. Nor can it read a file that is no text: give its content
  in base64 by `files`. Links are not followed; `.git` and `.DS_Store` are left out.

  # Inputs

  `directory`
  : the directory, or a set of `path`, the directory, and of these:

  `executable`
  : paths of files that can be started, from the directory

  `files`
  : files in place of those of the directory, which are then not read; null for a file or
    a directory that is left out

  `description`, `allowedTools`
  : in place of what the frontmatter says

  # Type

  ```
  skillFromDir :: Path | { path :: Path; executable? :: [ String ]; files? :: AttrSet; description? :: String; allowedTools? :: [ String ]; } -> Skill
  ```

  # Examples

  ```nix
  skills.release-notes = insomnia.lib.skillFromDir ./skills/release-notes;

  skills.charts = insomnia.lib.skillFromDir {
    path = ./skills/charts;
    executable = [ "bin/plot" ];
    files."logo.png".base64 = builtins.readFile ./logo.png.base64;
  };
  ```
*/
directory:
let
  inherit (builtins)
    attrNames
    concatLists
    concatStringsSep
    elem
    filter
    head
    isAttrs
    isString
    length
    listToAttrs
    map
    match
    readDir
    readFile
    removeAttrs
    substring
    ;
  begins = import ./text/begins.nix;
  foreign = import ./permission/foreign.nix;
  frontmatter = import ./skill/frontmatter.nix;
  lower = import ./text/lower.nix;
  quick = import ./permission/quick.nix;
  quote = import ./text/quote.nix;

  fail = message: throw "skillFromDir: ${message}";

  options =
    if isAttrs directory && !(directory ? outPath) then
      directory
    else
      {
        path = directory;
      };
  known = [
    "path"
    "executable"
    "files"
    "description"
    "allowedTools"
  ];
  unknown = attrNames (removeAttrs options known);
  path = options.path or (fail "`path` is missing: write skillFromDir { path = ./DIR; }");
  executable = options.executable or [ ];
  given = options.files or { };

  # Formats that Nix cannot read: a byte of them is zero. What it cannot read, it does not
  # name well, and nothing can catch.
  binaries =
    "png|jpe?g|gif|webp|ico|pdf|zip|gz|tgz|xz|bz2|zst|tar|7z|woff2?|ttf|otf|eot|mp[34]|mov|wav|ogg|webm"
    + "|exe|dll|so|dylib|a|o|class|jar|pyc|wasm|sqlite3?|db|docx?|xlsx?|pptx?|bin";
  isBinary = name: match ".*[.](${binaries})" (lower name) != null;

  leftOut = [
    ".git"
    ".DS_Store"
  ];

  # The files below a directory: [ { name; value; } ].
  filesIn =
    dir: prefix:
    let
      types = readDir dir;
      entry =
        name:
        let
          type = types.${name};
          at = prefix + name;
          file = dir + "/${name}";
        in
        if elem name leftOut || given ? ${at} then
          [ ]
        else if type == "directory" then
          filesIn file "${at}/"
        else if type != "regular" then
          fail "${quote at} must be a regular file, got a ${type}: put the file itself there, or set files.${quote at}"
        else if isBinary name then
          [
            {
              name = at;
              value = null;
            }
          ]
        else
          let
            text = readFile file;
          in
          [
            {
              name = at;
              value =
                if elem at executable || substring 0 2 text == "#!" then
                  {
                    inherit text;
                    executable = true;
                  }
                else
                  text;
            }
          ];
    in
    concatLists (map entry (attrNames types));

  found = filesIn (if isAttrs path then path.outPath else path) "";
  unread = filter (file: file.value == null) found;
  unreadable =
    let
      first = quote (head unread).name;
      more = length unread - 1;
    in
    "${first}${if more > 0 then " and ${toString more} more files are" else " is"} not text, which Nix cannot read: "
    + "set files.${first}.base64 = \"…\"; (base64 -w0), or exclude the file or its directory: files.${first} = null";

  replaced = removeAttrs given (filter (name: given.${name} == null) (attrNames given));
  files = listToAttrs found // replaced;
  absent = filter (name: !(files ? ${name})) executable;

  entry = files."SKILL.md" or null;
  text = if isAttrs entry then entry.text or "" else entry;
  read = if isString text then frontmatter.read text else null;
  said = if read == null then { } else read;

  toolsOf =
    names:
    filter (tool: tool != null && tool != "") (
      map (
        name:
        if name == "*" || begins "mcp__" name || quick.tool [ ] name then name else foreign.toolOf name
      ) names
    );
  orNothing = name: value: if value == null then { } else { ${name} = value; };
in
if unknown != [ ] then
  fail "unknown option ${quote (head unknown)}; must be one of: ${concatStringsSep ", " known}"
else if unread != [ ] then
  fail unreadable
else if absent != [ ] then
  fail "file not found: ${quote (head absent)}, listed in `executable`"
else
  {
    inherit files;
    allowedTools = toolsOf (if said.tools or null == null then [ ] else said.tools);
  }
  // orNothing "description" (said.description or null)
  // orNothing "description" (options.description or null)
  // orNothing "allowedTools" (options.allowedTools or null)
