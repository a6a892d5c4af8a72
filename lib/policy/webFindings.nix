/**
  Findings for a manifest that looks things up on the web.

  # Type

  ```
  webFindings :: Manifest -> [ Finding ]
  ```
*/
manifest:
let
  inherit (manifest) web;
in
(
  if web.search.mode == "disabled" then
    [ ]
  else
    [
      {
        at = [
          "web"
          "search"
          "mode"
        ];
        message = "the web is searched: `web.search.mode` is `${web.search.mode}`";
        expected = "disabled";
      }
    ]
)
++ (
  if web.fetch.enabled then
    [
      {
        at = [
          "web"
          "fetch"
          "enabled"
        ];
        message = "pages are retrieved from the web";
        expected = "false";
      }
    ]
  else
    [ ]
)
