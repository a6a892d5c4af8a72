/**
  What a policy answers of a manifest, as problems: an answer of another form is a problem
  itself, so that it is reported with the profile and the policy.

  # Inputs

  `name`
  : what the policy is called
  `answer`
  : what it returned

  # Type

  ```
  findings :: String -> Any -> [ Problem ]
  ```
*/
name: answer:
let
  inherit (builtins)
    filter
    isAttrs
    isFunction
    isList
    isString
    length
    map
    ;
  finish = import ../problem/finish.nix (_: [ ]);
  kinds = import ../validate/kinds.nix;

  isPolicy = isFunction answer || isAttrs answer && answer ? __functor;
  finished = finding: isAttrs finding && finding ? path && isString (finding.message or null);
  written = finding: isAttrs finding && isList (finding.at or null) && isString (finding.message or null);
  odd = filter (finding: !(finished finding || written finding)) answer;

  # A problem that a function found without policy.make.
  complete =
    finding: if finished finding then finding else finish (finding // { code = "policy-${name}"; });

  fault = message: hint: [
    (finish {
      code = "policy-answer";
      at = [ ];
      inherit message hint;
    })
  ];
in
if isPolicy then
  fault "the policy `${name}` is a function that takes an argument before the manifest"
    "call it, in parentheses: (policy.maxAutonomy \"edits\")"
else if !isList answer then
  fault "the policy `${name}` must return a list of problems, got ${kinds.is answer}"
    "return [ ] when it holds, and [ { at = [ \"tools\" \"allow\" ]; message = \"…\"; } ] when it does not"
else if odd != [ ] then
  fault
    "the policy `${name}` returned ${toString (length odd)} of ${toString (length answer)} problems without `at` and `message`"
    "a problem is { at = [ \"tools\" \"allow\" ]; message = \"…\"; }"
else
  map complete answer
