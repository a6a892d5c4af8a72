# Whether a text names a path of the Nix store: the directory and a hash. The directory
# alone may be spoken of.
let
  inherit (builtins) length replaceStrings split;
  directory = [ "/nix/store/" ];
  nothing = [ "" ];
in
text:
replaceStrings directory nothing text != text
&& length (split "/nix/store/[0-9a-z]{32}" text) > 1
