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
        message = "is a derivation or a set with `outPath`, which would become a path of the Nix store";
        hint = "a manifest is portable: give the name of a program, or the text itself with builtins.readFile";
      }
    else if value ? __toString || value ? __functor then
      {
        code = "function-value";
        message = "is a set that acts as a function or a string";
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
        message = "is a function; a manifest holds plain data";
        inherit expected;
        hint = "call it, or write the value itself";
      }
    else if type == "path" then
      {
        code = "path-value";
        message = "is a path; a manifest is portable and names no file of this machine";
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
        message = "depends on a path of the Nix store, which another machine does not have";
        inherit expected;
        hint = "give the name of a program, or the text itself with builtins.readFile";
      }
    else if node.secret && type != "set" && type != "list" && type != "null" then
      {
        code = "secret-literal";
        message = "a literal stands where a secret belongs (value not shown)";
        inherit expected;
        hint = "write secrets.ref \"NAME\" and store the value with `insomnia secret set NAME`; change the secret if this file was shared";
      }
    else
      {
        code = "type";
        message = "is ${kinds.is value}, where ${kinds.noun node} belongs";
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
