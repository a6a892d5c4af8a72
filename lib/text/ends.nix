# Whether a text ends in a suffix.
suffix: text:
let
  at = builtins.stringLength text - builtins.stringLength suffix;
in
at >= 0 && builtins.substring at (-1) text == suffix
