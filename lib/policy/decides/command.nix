# What Nix can decide about a command: one program and plain words, without a character
# that is special to the shell. The guard (docs/permissions-guard.md) looks through
# programs that run programs and reads options; everything that it may interpret as more
# than plain text is left to it. A Go test compares this with the guard.
let
  inherit (builtins)
    all
    concatStringsSep
    elem
    elemAt
    filter
    head
    isString
    length
    match
    replaceStrings
    split
    stringLength
    tail
    ;

  glob = import ./glob.nix;

  # Programs that are to the guard what their words are, where no word is an option.
  plain = [
    "awk"
    "cargo"
    "cat"
    "chmod"
    "cp"
    "cut"
    "date"
    "df"
    "du"
    "echo"
    "git"
    "go"
    "grep"
    "head"
    "jq"
    "ls"
    "make"
    "mkdir"
    "mv"
    "node"
    "npm"
    "pip"
    "pnpm"
    "python"
    "python3"
    "rm"
    "rmdir"
    "tail"
    "terraform"
    "touch"
    "wc"
    "yarn"
  ];

  # The subcommands of git that run nothing else, change no configuration and read no
  # other files.
  gitVerbs = [
    "add"
    "blame"
    "branch"
    "checkout"
    "commit"
    "fetch"
    "log"
    "ls-files"
    "merge"
    "mv"
    "pull"
    "push"
    "reset"
    "restore"
    "rev-parse"
    "rm"
    "show"
    "stash"
    "status"
    "switch"
    "tag"
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

  has = part: text: replaceStrings [ part ] [ "" ] text != text;
  # A word that is not an option, a path (except a plain one below the workspace), or a
  # program that runs the words after it.
  isPlain =
    word:
    match "[A-Za-z0-9_][A-Za-z0-9_.@-]*([:/][A-Za-z0-9_.@-]+)*" word != null
    && match ".*/[.][.]?(/.*)?" word == null
    && word != "foreach"
    && word != "run";
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
      && all isPlain arguments
      && (program != "git" || arguments != [ ] && elem (elemAt arguments 0) gitVerbs)
    then
      "all"
    else
      "deny";

  /*
    The commands that the arguments may be: the guard asks about what an argument may
    name, so that nothing is certain where a rule is about one of these.
  */
  within =
    command:
    let
      arguments = tail (wordsOf command);
      base =
        word:
        let
          names = filter isString (split "/" word);
        in
        elemAt names (length names - 1);
      from = words: concatStringsSep " " ([ (base (head words)) ] ++ tail words);
      ends = words: if words == [ ] then [ ] else [ (from words) ] ++ ends (tail words);
    in
    ends arguments;

  /*
    Whether a pattern matches a plain command; null where that is left to the guard.
    A rule that denies or asks is matched without the directory of its program. No plain
    command is a pipeline, nor has it a character that a pattern escapes, but the colon.
  */
  matches =
    { restricts }:
    pattern: command:
    let
      text = replaceStrings [ "\\:" ] [ ":" ] pattern;
      words = wordsOf text;
      names = filter isString (split "/" (elemAt words 0));
      bare = concatStringsSep " " ([ (elemAt names (length names - 1)) ] ++ tail words);
    in
    if stringLength pattern > 1024 then
      null
    else if has "|" text || has "\\" text then
      false
    else if has "?" text || has "[" text || has "{" text then
      null
    else
      glob (if restricts then bare else text) command;
}
