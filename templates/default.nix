let
  profile = {
    path = ./profile;
    description = "Two agent roles of your own, with a check of what they may do";
    welcomeText = ''
      Two roles are in ./profiles: `coder` extends the built-in one, `reviewer` is
      the built-in one with a prompt of your own. In a git repository, add the
      files first, since a flake sees only what git tracks:

          git add .
          insomnia lock && git add flake.lock
          insomnia resolve .#coder
          nix flake check
    '';
  };

  composed = {
    path = ./composed;
    description = "Roles built from the layers of a company, a team and a person";
    welcomeText = ''
      `layers/` has what a company and a team share, `roles/` the roles of the team,
      `personal/` the roles that a member changed for themselves. `flake.nix` checks
      what every role may do. In a git repository:

          git add .
          insomnia profile explain .#coder
          nix flake check
    '';
  };

  ci = {
    path = ./ci;
    description = "A role that a pipeline checks: problems in reviews, a pinned digest, a bill of materials";
    welcomeText = ''
      `check.sh` is what the pipeline runs, in `.github/workflows` or elsewhere. It checks
      the profiles and policies, and holds each manifest to its digest in `digests.txt`:

          git add .
          insomnia lock && git add flake.lock
          ./check.sh --update && git add digests.txt
    '';
  };

  project = {
    path = ./project;
    description = "Roles of a project, with policies and a development shell that lists them";
    welcomeText = ''
      `agents/` has a coder and a reviewer, and what both share. In a git repository:

          git add .
          insomnia lock && git add flake.lock
          nix flake check
          nix develop
    '';
  };

  dotfiles = {
    path = ./dotfiles;
    description = "Roles of your own in every project, by home-manager";
    welcomeText = ''
      `agents/` has your roles, `home.nix` what home-manager does with them. Set your name in
      `home.nix`, or copy `programs.insomnia` to your own. In a git repository:

          git add .
          nix flake check
          home-manager switch --flake .#me
          insomnia profile list
    '';
  };
in
{
  inherit
    profile
    project
    dotfiles
    composed
    ci
    ;
  default = profile;
}
