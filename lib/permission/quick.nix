# The quick tests of permission rules: they accept common valid rules by one match for
# each kind of pattern. Rules that they do not accept may still be valid: tools.nix and
# pattern.nix decide about those and describe what is wrong. A Go test checks that both
# reach the same verdict.
let
  inherit (builtins)
    all
    concatStringsSep
    elem
    elemAt
    map
    match
    replaceStrings
    stringLength
    ;

  # No two stars or spaces in a row, no colon; an escaped character is as good as a letter.
  command =
    let
      word = "([*]|([*]?[A-Za-z0-9_./,=+@%^~#$!-])+[*]?)";
    in
    "${word}(( | ?[|] ?)${word})*";
  escaped = map (c: "\\${c}") [
    "*"
    "?"
    "["
    "]"
    "{"
    "}"
    "\\"
    "'"
    "\""
    "`"
    ";"
    "&"
    "<"
    ">"
    ":"
    "|"
  ];
  letters = map (_: "x") escaped;

  # Each name is `**`, or has no two stars in a row and is not `.` or `..`.
  path =
    let
      other = "[A-Za-z0-9_,=+@%#?-]";
      plain = "[A-Za-z0-9_,=+@%#?.-]";
      more = "([*]?${plain})*[*]?";
      name = "([*][*]|[.]?(${other}${more}|[*](${plain}${more})?))";
    in
    "([*]|[*][*]|(~?/|[.]/|${name}/)${name}(/${name})*)";

  # Without a port, a path and digits in front of the last label.
  address =
    let
      label = "([A-Za-z0-9_]+-+)*[A-Za-z0-9_]+";
    in
    "([*]|(https?://)?([*][.])?(${label}[.])*[A-Za-z_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)";

  # What a line of each kind is, and how long it may be; a host of 63 bytes has no label
  # that is too long.
  line = most: form: {
    inherit most;
    form = "(${form}\n)+";
  };
  kinds = {
    command = line 1024 command;
    path = line 1024 path;
    address = line 63 address;
    name = line 1024 "([*]|[*]?([A-Za-z0-9_.-][*]?)+)";
    call = line 1 "[*]";
  };

  # The server of an MCP tool: its name ends where two underscores follow each other.
  server = name: match "mcp__([^_*]+(_[^_*]+)*)__([A-Za-z0-9_.-]+[*]?|[*])" name;
in
rec {
  # What the patterns of each tool are matched with, but for those of MCP servers.
  kindOf = {
    bash = "command";
    read = "path";
    edit = "path";
    write = "path";
    grep = "path";
    glob = "path";
    webfetch = "address";
    agent = "name";
    skill = "name";
    websearch = "call";
    "*" = "call";
    "mcp__*" = "call";
  };

  tool =
    servers: name:
    kindOf ? ${name}
    || (
      stringLength name <= 128
      && (
        let
          parts = server name;
        in
        parts != null && elem (elemAt parts 0) servers
      )
    );

  # Whether all of these are patterns of a kind. That one has several lines is not seen
  # here: the schema refuses it.
  patterns =
    kind: patterns:
    let
      joined = concatStringsSep "\n" patterns + "\n";
      size = stringLength joined;
      inherit (kinds.${kind}) most form;
    in
    (size <= most + 1 || size <= 4096 && all (pattern: stringLength pattern <= most) patterns)
    && match form (
      if kind == "command" then replaceStrings escaped letters joined else joined
    ) != null;
}
