# rule-manifest-size: the cap on a whole manifest. Only for manifests without other problems.
let
  inherit (builtins) stringLength toJSON;
  most = 8 * 1024 * 1024;
in
manifest:
let
  size = stringLength (toJSON manifest);
in
if size <= most then
  [ ]
else
  [
    {
      code = "rule-manifest-size";
      at = [ ];
      message = "the manifest has ${toString size} bytes, more than ${toString most}";
      expected = "at most ${toString most} bytes of JSON";
      hint = "shorten prompts, skills or workflows";
    }
  ]
