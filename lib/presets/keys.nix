# keys: whose key each model is called with. What follows is part of the model; see model.nix.
{
  at = [ "keys" ];
  default = _: "none";
  order = [
    "none"
    "provider"
  ];
  choices = {
    none = false;
    provider = true;
  };
}
