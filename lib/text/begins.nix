# Whether a text begins with a prefix.
prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix
