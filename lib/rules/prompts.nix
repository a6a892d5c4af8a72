# rule-context-file: context files are below the workspace, by path or glob. What is usual
# is found to be right by one match; contextFile.nix decides the rest.
let
  inherit (builtins)
    all
    isAttrs
    isList
    isString
    match
    ;
  isUsual =
    file:
    isString file
    && match "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*" file != null;
in
manifest:
let
  prompts = manifest.prompts or null;
  files = if isAttrs prompts then prompts.contextFiles or null else null;
in
if !(isList files) || all isUsual files then [ ] else import ./contextFile.nix files
