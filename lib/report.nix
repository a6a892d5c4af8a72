/**
  Renders problems as one text for people: each with its path, what is wrong, where, what was
  expected and what to do. Control characters are escaped, so that the text is safe to print.

  # Inputs

  `title`
  : the first line, such as "the profile `coder` has 2 problems"

  `problems`
  : a list of problems

  # Type

  ```
  report :: String -> [ Problem ] -> String
  ```

  # Examples

  ```nix
  report "the profile `coder` has a problem" profile.problems
  => "the profile `coder` has a problem:\n\n  model.effrt: unknown field `effrt`\n …"
  ```
*/
title: problems:
let
  inherit (builtins) concatStringsSep;
  escape = import ./text/escape.nix;

  line = words: "    " + escape words;
  place =
    pos:
    line (
      "at ${pos.file}:${toString pos.line}:${toString pos.column}"
      + (if pos ? note then " (${pos.note})" else "")
    );
  one =
    problem:
    concatStringsSep "\n" (
      [
        "  ${
            if problem.path == "" then "" else escape problem.path + ": "
          }${escape problem.message} [${problem.code}]"
      ]
      ++ map place problem.positions
      ++ (if problem ? expected then [ (line "expected: ${problem.expected}") ] else [ ])
      ++ (if problem ? hint then [ (line "hint: ${problem.hint}") ] else [ ])
    );
in
concatStringsSep "\n\n" ([ "${title}:" ] ++ map one problems)
