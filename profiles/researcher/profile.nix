{ insomnia }:
insomnia.lib.mkProfile {
  name = "researcher";
  description = "Answers questions from the web and the workspace, with sources; no shell, no edits";
  imports = [ ./layer.nix ];

  web.preset = "live";
  permissions.rules = [
    {
      tool = "webfetch";
      action = "allow";
    }
  ];
}
