/**
  Findings for a manifest that looks things up on the web: by its `web` section, or by
  a tool for it that the Pod or a subagent has.

  # Type

  ```
  webFindings :: Manifest -> [ Finding ]
  ```
*/
manifest:
let
  inherit (manifest) web;

  searches = web.search.mode != "disabled";
  retrieves = web.fetch.enabled;

  finding = test: found: if test then [ found ] else [ ];
in
finding searches {
  at = [
    "web"
    "search"
    "mode"
  ];
  message = "the web is searched: `web.search.mode` is `${web.search.mode}`";
  expected = "disabled";
}
++ finding retrieves {
  at = [
    "web"
    "fetch"
    "enabled"
  ];
  message = "pages are retrieved from the web";
  expected = "false";
}
# What the section is reported for already need not be said again of its tool.
++ import ./toolsAbsent.nix (
  (if retrieves then [ ] else [ "webfetch" ]) ++ (if searches then [ ] else [ "websearch" ])
) manifest
