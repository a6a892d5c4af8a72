{
  home.username = "me";
  home.homeDirectory = "/home/me";
  home.stateVersion = "25.11";

  programs.insomnia = {
    enable = true;

    # `insomnia pod new user:coder`, in any project.
    profiles = {
      coder = ./agents/coder.nix;
      reader = ./agents/reader.nix;
    };

    settings = {
      default = "user:coder";

      # Where the key is kept, never the key itself.
      secrets."anthropic.api.default" = {
        uri = "env:ANTHROPIC_API_KEY";
        hosts = [ "api.anthropic.com" ];
      };
    };
  };
}
