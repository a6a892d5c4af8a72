# What Nix can tell of a command: one program and plain words, without a character that
# the shell reads. The guard (docs/permissions-guard.md) looks through programs that run
# programs and reads options; whatever it may see otherwise than as plain text is left to
# it. A Go test holds this to the guard.
let
  inherit (builtins)
    any
    concatStringsSep
    elem
    elemAt
    filter
    isString
    length
    match
    replaceStrings
    split
    stringLength
    substring
    tail
    ;

  glob = import ./glob.nix;

  # Programs that are to the guard what their words are, as long as no word is an option.
  plain = [
    "awk"
    "cargo"
    "curl"
    "date"
    "docker"
    "gh"
    "git"
    "go"
    "helm"
    "jq"
    "kubectl"
    "make"
    "node"
    "npm"
    "pip"
    "pnpm"
    "podman"
    "psql"
    "python"
    "python3"
    "scp"
    "sed"
    "systemctl"
    "tar"
    "terraform"
    "wget"
    "yarn"
  ]
  ++ plainWithOptions;

  # The same with any options.
  plainWithOptions = [
    "cat"
    "chmod"
    "chown"
    "cp"
    "cut"
    "df"
    "du"
    "echo"
    "grep"
    "head"
    "ln"
    "ls"
    "mkdir"
    "mv"
    "rm"
    "rmdir"
    "tail"
    "touch"
    "wc"
  ];

  # Subcommands that run other programs.
  running = {
    git = [
      "foreach"
      "run"
    ];
    docker = containers;
    podman = containers;
    kubectl = containers;
  };
  containers = [
    "attach"
    "create"
    "debug"
    "exec"
    "run"
    "ssh"
    "start"
  ];

  # What the shell itself reads: no program of this name runs.
  shells = [
    "case"
    "coproc"
    "declare"
    "do"
    "done"
    "elif"
    "else"
    "esac"
    "export"
    "fi"
    "for"
    "function"
    "if"
    "in"
    "let"
    "local"
    "nameref"
    "readonly"
    "select"
    "then"
    "time"
    "typeset"
    "until"
    "while"
  ];

  holdsAny = parts: text: replaceStrings parts (map (_: "") parts) text != text;
  isOption = word: substring 0 1 word == "-";
  wordsOf = text: filter isString (split " " text);
in
{
  programs = plain;

  /*
    How much is certain of a command: "all"; "deny", that a rule denies it which matches
    its text; or "nothing".
  */
  certain =
    command:
    let
      words = wordsOf command;
      program = elemAt words 0;
      arguments = tail words;
    in
    if
      stringLength command > 1024
      || match "[a-z][a-z0-9_-]*( [A-Za-z0-9_./:@-]+)*" command == null
      || elem program shells
    then
      "nothing"
    else if
      elem program plain
      && !(any (word: elem word (running.${program} or [ ])) arguments)
      && (elem program plainWithOptions || !(any isOption arguments))
      && !(any (word: match ".*::.*" word != null) arguments)
    then
      "all"
    else
      "deny";

  /*
    Whether a pattern matches a plain command; null where that is left to the guard.
    A rule that denies or asks is matched without the directory of its program, and no
    plain command is a pipeline.
  */
  matches =
    { restricts }:
    pattern: command:
    let
      words = wordsOf pattern;
      names = filter isString (split "/" (elemAt words 0));
      bare = concatStringsSep " " ([ (elemAt names (length names - 1)) ] ++ tail words);
    in
    if stringLength pattern > 1024 || holdsAny [ "\\" "?" "[" "]" "{" "}" ] pattern then
      null
    else if holdsAny [ "|" ] pattern then
      false
    else
      glob (if restricts then bare else pattern) command;
}
