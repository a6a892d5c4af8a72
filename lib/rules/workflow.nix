# rule-workflow-inputs and rule-workflow-choices: what a workflow asks for makes sense.
let
  inherit (builtins)
    concatLists
    elem
    elemAt
    filter
    genList
    isAttrs
    isList
    isString
    length
    ;
  quote = import ../text/quote.nix;
in
at: workflow:
let
  inputs = if isList (workflow.inputs or null) then workflow.inputs else [ ];
  fault = at: code: message: expected: hint: [
    {
      inherit
        at
        code
        message
        expected
        hint
        ;
    }
  ];
  nameOf = input: if isAttrs input && isString (input.name or null) then input.name else null;

  judge =
    n:
    let
      input = elemAt inputs n;
      here = at ++ [
        "inputs"
        n
      ];
      name = nameOf input;
      before = genList (m: nameOf (elemAt inputs m)) n;
      type = input.type or null;
      choices = input.choices or [ ];
      default = input.default or null;
    in
    (
      if name != null && elem name before then
        fault (here ++ [ "name" ]) "rule-workflow-inputs" "there is another input ${quote name}"
          "a name of its own"
          "rename one of the two"
      else
        [ ]
    )
    ++ (
      if !(isAttrs input) || !(isString type) || !(isList choices) then
        [ ]
      else if type == "choice" && choices == [ ] then
        fault (
          here ++ [ "choices" ]
        ) "rule-workflow-choices" "there is nothing to choose from" "at least one choice" "list the choices"
      else if type != "choice" && choices != [ ] then
        fault (here ++ [ "choices" ]) "rule-workflow-choices"
          "choices have no effect on an input of type ${quote type}"
          "no choices"
          "set type to \"choice\""
      else if choices != [ ] && isString default && !(elem default (filter isString choices)) then
        fault (here ++ [ "default" ]) "rule-workflow-choices" "${quote default} is none of the choices"
          "one of the choices"
          "add it to the choices"
      else
        [ ]
    );
in
concatLists (genList judge (length inputs))
