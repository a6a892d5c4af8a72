let
  profile = {
    path = ./profile;
    description = "Two agent roles of your own, with a check of what they may do";
    welcomeText = ''
      Two roles are in ./profiles: `coder` extends the built-in one, `reviewer` is
      the built-in one with a prompt of your own. In a git repository, add the
      files first, since a flake sees only what git tracks:

          git add .
          insomnia resolve .#coder
          nix flake check
    '';
  };
in
{
  inherit profile;
  default = profile;
}
