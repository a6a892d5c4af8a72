# The quick tests of permission rules: most of what is right is found to be so by one
# match. What they do not accept may be right all the same: tools.nix and pattern.nix,
# which say what is wrong, decide it. A Go test holds the two to the same verdict.
let
  inherit (builtins)
    all
    concatStringsSep
    elem
    elemAt
    match
    stringLength
    ;

  # No two stars or spaces in a row, nothing that needs a backslash, no colon.
  command =
    between:
    let
      word = "(([*]?[A-Za-z0-9_./,=+@%^~#$!-])+[*]?|[*])";
    in
    "${word}((${between}| ?[|] ?)${word})*";

  # Each name is `**`, or has no two stars in a row and is not `.` or `..`.
  path =
    let
      other = "[A-Za-z0-9_,=+@%#?-]";
      plain = "[A-Za-z0-9_,=+@%#?.-]";
      more = "(${plain}|[*]${plain})*[*]?";
      name = "([*][*]|[.]?(${other}${more}|[*](${plain}${more})?))";
    in
    "([*][*]|(~?/|[.]/|${name}/)${name}(/${name})*)";

  # Without a port, a path and digits in front of the last label.
  address =
    let
      label = "([A-Za-z0-9_]+-+)*[A-Za-z0-9_]+";
    in
    "(https?://)?([*][.])?(${label}[.])*[A-Za-z_]([A-Za-z0-9_-]*[A-Za-z0-9_])?";

  name = "[*]?([A-Za-z0-9_.-][*]?)*";

  lines = command " |\n";

  forms = {
    bash = command " ";
    read = path;
    edit = path;
    write = path;
    grep = path;
    glob = path;
    webfetch = address;
    agent = name;
    skill = name;
  };

  tools = [
    "bash"
    "read"
    "edit"
    "write"
    "grep"
    "glob"
    "webfetch"
    "websearch"
    "agent"
    "skill"
    "*"
    "mcp__*"
  ];

  # The server of an MCP tool: its name ends where two underscores follow each other.
  server = name: match "mcp__([^_*]+(_[^_*]+)*)__([A-Za-z0-9_.-]+[*]?|[*])" name;
  # Longer ones are rare, and have labels of a host that are too long.
  longest = 63;
in
{
  tool =
    servers: name:
    elem name tools
    || (
      stringLength name <= 128
      && (
        let
          parts = server name;
        in
        parts != null && elem (elemAt parts 0) servers
      )
    );

  pattern =
    tool: pattern:
    pattern == "*"
    || (
      pattern != ""
      && stringLength pattern <= longest
      && forms ? ${tool}
      && match forms.${tool} pattern != null
    );

  # Many patterns for commands at once, on a line each. That one itself has several lines is
  # not seen here: the schema refuses it.
  commands =
    patterns:
    let
      joined = concatStringsSep "\n" patterns;
      size = stringLength joined;
    in
    (size <= 1024 || size <= 4096 && all (pattern: stringLength pattern <= 1024) patterns)
    && match lines joined != null;
}
