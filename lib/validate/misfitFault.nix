# Describes why a value is not allowed at a node; misfit.nix asks only then.
let
  inherit (builtins) typeOf;
  kinds = import ./kinds.nix;

  # Why a set is not accepted, or null. Nix would turn such sets into strings on output.
  posing =
    value:
    if value ? outPath || value.type or null == "derivation" then
      {
        code = "store-path";
        message = "must not be a derivation or a set with `outPath`: it would become a store path";
        hint = "write the name of a program, or the content of a file: builtins.readFile ./FILE";
      }
    else if value ? __toString || value ? __functor then
      {
        code = "function-value";
        message = "must not be a set with `__functor` or `__toString`";
        hint = "write the value itself";
      }
    else
      null;

  wrong =
    node: at: value:
    let
      type = typeOf value;
      expected = kinds.wants node;
    in
    if type == "lambda" then
      {
        code = "function-value";
        message = "must not be a function: a manifest is plain data";
        inherit expected;
        hint = "call it, or write the value itself";
      }
    else if type == "path" then
      {
        code = "path-value";
        message = "must not be a path: a manifest must work on any machine";
        inherit expected;
        hint =
          if node.accepts ? string then
            "for the text of a file: builtins.readFile ./FILE"
          else
            "write the value itself";
      }
    else if type == "set" && posing value != null then
      posing value // { inherit expected; }
    else if type == "string" && node.accepts ? string then
      {
        code = "store-path";
        message = "contains a path of the Nix store, which does not exist on other machines";
        inherit expected;
        hint = "write the name of a program, or the content of a file: builtins.readFile ./FILE";
      }
    else if node.secret && type != "set" && type != "list" && type != "null" then
      {
        code = "secret-literal";
        message = "must be a secret reference, got a literal (value not shown)";
        inherit expected;
        hint = "write secrets.ref \"NAME\" and store the value with `insomnia secret set NAME`; change the secret if this file was shared";
      }
    else
      {
        code = "type";
        message = "must be ${kinds.accepted node}, got ${kinds.is value}";
        inherit expected;
      }
      // (
        if type == "set" && (value._type or null == "override" || value._type or null == "order") then
          {
            hint = "mkForce, mkDefault and the like have no effect inside an element of a list; tag the list";
          }
        else
          let
            hint = (import ./meant.nix).value node at value;
          in
          if hint == null then { } else { inherit hint; }
      );
in
wrong
