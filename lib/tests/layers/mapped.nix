{
  limits = builtins.mapAttrs (_: v: toString v) { turns = 3; };
}
