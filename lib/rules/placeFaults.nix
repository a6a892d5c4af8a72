# rule-path and rule-domain: directories, globs of files and domains are written as the
# grammar of package permission/grammar has them. What the schema refuses is not judged
# again. places.nix spares most profiles this.
let
  inherit (builtins)
    concatLists
    elemAt
    genList
    hasContext
    isAttrs
    isList
    isString
    length
    match
    replaceStrings
    stringLength
    ;
  contains = import ../text/contains.nix;
  controls = import ../text/controls.nix;
  directory = import ../permission/directory.nix;
  domain = import ../permission/domain.nix;
  fileGlob = import ../permission/fileGlob.nix;
  quote = import ../permission/quote.nix;
  quick = import ../permission/quick.nix;
  storePath = import ../text/storePath.nix;

  # What the schema accepts.
  isPlace =
    text:
    isString text
    && stringLength text <= 512
    && !(hasContext text)
    && replaceStrings controls.all controls.nothing text == text
    && !(storePath text);

  usual = {
    directory =
      let
        name = "[.]?[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*";
      in
      text: match "[.]|(~?/)?${name}(/${name})*" text != null;
    glob =
      text: quick.patterns "path" [ (if contains "/" text then text else "./${text}") ];
    domain =
      let
        label = "[a-z0-9]+(-+[a-z0-9]+)*";
      in
      text:
      stringLength text <= 63
      && match "@packages|@git-remotes|@nix|([*][.])?(${label}[.])*[a-z][a-z0-9]*" text != null;
  };

  root =
    text:
    if text == "/" then
      {
        message = "directory `/`: the whole file system";
        hint = "write the directories, or set sandbox.filesystem to \"full\"";
      }
    else if text == "~" then
      {
        message = "directory `~`: the whole home directory, with the keys and settings of all programs";
        hint = "write the directories in it, such as `~/.cache`";
      }
    else
      directory text;

  one =
    code: isUsual: problemOf: at: text:
    if isString text && !(hasContext text) && isUsual text || !(isPlace text) then
      [ ]
    else
      let
        problem = problemOf text;
      in
      if problem == null then [ ] else [ (problem // { inherit code at; }) ];
  each =
    code: isUsual: problemOf: at: list:
    if !(isList list) || list == [ ] then
      [ ]
    else
      concatLists (
        genList (n: one code isUsual problemOf (at ++ [ n ]) (elemAt list n)) (length list)
      );

  roots = each "rule-path" usual.directory root;
  inWorkspace = text: match "~(/.*)?|/.*" text == null;
  readable = each "rule-path" (text: !(inWorkspace text) && usual.directory text) (
    text:
    let
      problem = root text;
    in
    if problem != null then
      problem
    else if inWorkspace text then
      {
        message = "directory ${quote text}: the workspace is always readable";
        hint = "remove it; what is not to be read in the workspace belongs in denyRead";
      }
    else
      null
  );
  masked = each "rule-path" (text: text != "." && inWorkspace text && usual.directory text) (
    text:
    let
      problem = directory text;
    in
    if problem != null then
      problem
    else if text == "." || !(inWorkspace text) then
      {
        message = "file ${quote text}: must be in the workspace";
        hint = "write its path from the workspace, such as `.env`; keep others from being read with denyRead";
      }
    else
      null
  );
  globs = each "rule-path" usual.glob (text: (fileGlob text).problem);
  domains = each "rule-domain" usual.domain (domain { ports = true; });
  searched = each "rule-domain" (text: !(contains "@" text) && usual.domain text) (domain {
    ports = false;
  });

  sandboxOf =
    at: sandbox:
    roots (at ++ [ "writableRoots" ]) (sandbox.writableRoots or null)
    ++ globs (at ++ [ "denyRead" ]) (sandbox.denyRead or null)
    ++ domains (at ++ [ "allowedDomains" ]) (sandbox.allowedDomains or null);
in
{
  sandbox = sandboxOf;

  manifest =
    manifest:
    let
      sandbox = if isAttrs (manifest.sandbox or null) then manifest.sandbox else { };
      web = if isAttrs (manifest.web or null) then manifest.web else { };
      search = if isAttrs (web.search or null) then web.search else { };
    in
    sandboxOf [ "sandbox" ] sandbox
    ++ readable [
      "sandbox"
      "readableRoots"
    ] (sandbox.readableRoots or null)
    ++ masked [
      "sandbox"
      "maskedFiles"
    ] (sandbox.maskedFiles or null)
    ++ searched [
      "web"
      "search"
      "allowedDomains"
    ] (search.allowedDomains or null);

  server =
    at: server:
    if server ? cwd then one "rule-path" usual.directory directory (at ++ [ "cwd" ]) server.cwd else [ ];
}
