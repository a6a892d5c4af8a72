# The value at a path when it has the type, else null: get isInt [ "model" "x" ] manifest.
test: path: tree:
let
  found = builtins.foldl' (
    value: key: if builtins.isAttrs value then value.${key} or null else null
  ) tree path;
in
if test found then found else null
