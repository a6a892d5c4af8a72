# The profiles of this flake: three roles of the team, and one that a member of it
# made their own.
{ insomnia }:
let
  profile = path: import path { inherit insomnia; };
in
{
  coder = profile ./roles/coder.nix;
  researcher = profile ./roles/researcher.nix;
  reviewer = profile ./roles/reviewer.nix;

  ada-coder = profile ./personal/ada.nix;
}
