{ insomnia }:
let
  numbers = builtins.genList (n: n) 3000;
  sum = f: builtins.foldl' (so-far: n: so-far + f n) 0 numbers;
in
insomnia.lib.mkProfile {
  name = "slow";
  limits.maxTurns = sum (_: sum (_: sum (_: sum (n: n))));
}
