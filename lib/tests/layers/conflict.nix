# Sets the same field as shared.nix, to another value.
{
  limits.turns = 30;
}
