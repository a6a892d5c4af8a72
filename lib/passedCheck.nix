/**
  A derivation that holds a text and needs nothing to be built: no nixpkgs, no
  shell, and no particular system. No binary cache is asked for it.

  # Inputs

  `name`
  : name of the derivation
  `text`
  : what it holds

  # Type

  ```
  passedCheck :: String -> String -> Derivation
  ```
*/
name: text:
derivation {
  inherit name;
  system = "builtin";
  builder = "builtin:fetchurl";
  url = "file://${builtins.toFile "insomnia-check" text}";
  outputHashMode = "flat";
  outputHashAlgo = "sha256";
  outputHash = builtins.hashString "sha256" text;
  preferLocalBuild = true;
  allowSubstitutes = false;
}
