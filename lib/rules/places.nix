# rule-path and rule-domain, for what is usual: such a sandbox is found right by one match,
# and any other is judged by placeFaults.nix.
let
  inherit (builtins)
    all
    elem
    hasContext
    isAttrs
    isList
    isString
    map
    match
    ;
  quick = import ../permission/quick.nix;
  faults = import ./placeFaults.nix;

  isText = text: isString text && !(hasContext text);
  areUsual =
    globs:
    isList globs
    && all isText globs
    && quick.patterns "path" (
      map (glob: if match "[^/]*" glob == null then glob else "./${glob}") globs
    );
  isGroup =
    domain:
    isString domain
    && elem domain [
      "@packages"
      "@git-remotes"
      "@nix"
    ];

  usual =
    sandbox:
    sandbox.writableRoots or [ ] == [ ]
    && (sandbox.denyRead or [ ] == [ ] || areUsual sandbox.denyRead)
    && (isList sandbox.allowedDomains or [ ] && all isGroup sandbox.allowedDomains or [ ])
    && !(sandbox ? readableRoots || sandbox ? maskedFiles);
in
{
  sandbox = at: sandbox: if usual sandbox then [ ] else faults.sandbox at sandbox;

  manifest =
    manifest:
    let
      sandbox = manifest.sandbox or { };
      searched = manifest.web.search.allowedDomains or [ ];
    in
    if isAttrs sandbox && usual sandbox && searched == [ ] then [ ] else faults.manifest manifest;

  server = at: server: if server ? cwd then faults.server at server else [ ];
}
