/**
  What is wrong with the argument `policies` of `mkChecks`, before a policy is asked.

  # Inputs

  `option`
  : what the policies are called in messages, as a list of keys
  `names`
  : the names of the profiles
  `policies`
  : the argument

  # Type

  ```
  faults :: [ Key ] -> [ String ] -> Any -> [ Problem ]
  ```
*/
option: names: policies:
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    genList
    isAttrs
    isFunction
    isList
    length
    unsafeGetAttrPos
    ;
  finish = import ../problem/finish.nix (_: [ ]);
  kinds = import ../validate/kinds.nix;
  path = import ../problem/path.nix;
  suggest = import ../text/suggest.nix;

  is =
    value:
    if isAttrs value && (value._type or null) == "insomnia.policy" then "a policy" else kinds.is value;
  callable = value: isFunction value || isAttrs value && value ? __functor;

  positionOf =
    name:
    let
      place = if name == null then null else unsafeGetAttrPos name policies;
    in
    if place == null then [ ] else [ { inherit (place) file line column; } ];

  fault =
    name: at: problem:
    finish (
      {
        code = "policy-argument";
        at = option ++ at;
        positions = positionOf name;
      }
      // problem
    );

  lists = "write ${path.dotted option} = [ … ]; for every profile, or ${path.dotted option}.NAME = [ … ]; for one";

  ofList =
    name: at: list:
    concatLists (
      genList (
        index:
        let
          value = elemAt list index;
          before = index > 0 && isFunction (elemAt list (index - 1));
        in
        if callable value then
          [ ]
        else
          [
            (fault name (at ++ [ index ]) (
              {
                message = "must be a policy, got ${is value}";
              }
              // (
                if before then
                  {
                    hint = "put a policy and its argument in parentheses: (policy.maxAutonomy \"edits\")";
                  }
                else
                  {
                    hint = "use one of insomnia.lib.policy, or create one with policy.make";
                  }
              )
            ))
          ]
      ) (length list)
    );

  ofName =
    name:
    let
      value = policies.${name};
      meant = suggest name names;
    in
    if name != "*" && !(elem name names) then
      [
        (fault name [ name ] (
          {
            message = "profile `${name}` not found";
          }
          // (
            if meant != null then
              { hint = "did you mean `${meant}`?"; }
            else if names == [ ] then
              { hint = "define a profile first: insomniaProfiles.${name} = …"; }
            else
              { hint = "the profiles are ${concatStringsSep ", " names}"; }
          )
        ))
      ]
    else if isList value then
      ofList name [ name ] value
    else
      [
        (fault name [ name ] {
          message = "must be a list of policies, got ${is value}";
          hint = "put it in brackets: ${
            path.dotted (option ++ [ name ])
          } = [ … ];";
        })
      ];
in
if isList policies then
  ofList null [ ] policies
else if isAttrs policies && !(callable policies) then
  concatMap ofName (attrNames policies)
else
  [
    (fault null [ ] {
      message = "must be an attribute set of lists of policies, or one list, got ${is policies}";
      hint = lists;
    })
  ]
