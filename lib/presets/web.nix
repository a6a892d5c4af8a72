# web.preset: how far the agent may look things up.
let
  derived = import ./derived.nix;
in
{
  at = [
    "web"
    "preset"
  ];
  # The tool policy research is there for the web.
  default = facts: if facts.toolPolicy == "research" then "live" else "off";
  order = [
    "off"
    "cached"
    "live"
  ];
  choices = {
    off = {
      mode = "disabled";
      fetch = false;
    };
    cached = {
      mode = "cached";
      fetch = false;
    };
    live = {
      mode = "live";
      fetch = true;
    };
  };

  derive = _: choice: {
    values.web = {
      search.mode = derived "off: disabled; cached: cached; live: live" choice.mode;
      fetch.enabled = derived "true for live" choice.fetch;
    };
  };
}
