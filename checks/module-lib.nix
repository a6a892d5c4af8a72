# As much of nixpkgs' lib as the modules use. An option is data, a type its description.
let
  inherit (builtins) attrNames map readDir;

  types = {
    raw = "raw value";
    path = "path";
    package = "package";
    lines = "strings concatenated with line breaks";
    nullOr = type: "null or ${type}";
    either = a: b: "${a} or ${b}";
    listOf = type: "list of ${type}";
    attrsOf = type: "attribute set of ${type}";
    lazyAttrsOf = type: "attribute set of ${type}";
    coercedTo = from: _: to: "${to}, or ${from}";
  };
in
{
  inherit types;
  inherit (builtins) filter;
  mkOption = option: option // { _type = "option"; };
  mkEnableOption = name: {
    _type = "option";
    type = "boolean";
    default = false;
    description = "Whether to enable ${name}.";
  };
  mkIf = condition: content: if condition then content else { };
  literalExpression = text: { inherit text; };
  pathIsDirectory = path: (readDir (dirOf path)).${baseNameOf path} == "directory";
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
  concatMapStringsSep =
    separator: function: list:
    builtins.concatStringsSep separator (map function list);
  foldl' = builtins.foldl';
  filterAttrs =
    keep: set:
    removeAttrs set (builtins.filter (name: !(keep name set.${name})) (attrNames set));
  optional = condition: value: if condition then [ value ] else [ ];
  optionalAttrs = condition: set: if condition then set else { };
}
