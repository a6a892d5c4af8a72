# rule-language: the language and the region of a tag are registered.
let
  inherit (builtins) isString match stringLength;
  get = import ./get.nix;
  at = [
    "prompts"
    "language"
  ];
in
manifest:
let
  tag = get isString at manifest;
  problem = (import ../text/language.nix).fault tag;
in
# What the schema refuses is not judged again.
if
  tag == null
  || stringLength tag > 35
  || match "[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*" tag == null
  || problem == null
then
  [ ]
else
  [
    (
      problem
      // {
        code = "rule-language";
        inherit at;
        expected = "a language tag such as en-GB";
      }
    )
  ]
