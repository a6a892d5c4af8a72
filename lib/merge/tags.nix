# Reads the tags around a definition: nixpkgs' `override` and `order`, in any nesting; the
# innermost of each counts. Anything else that calls itself by a `_type` is refused, but
# for a secret reference where one belongs.
#
# read :: Node -> { layer; prio; order; value; } -> { def; fault; }
let
  inherit (builtins) isAttrs isInt isString;

  spelling = {
    "if" = {
      message = "`mkIf` is not supported: a profile is plain data, without `config`";
      hint = "write `if CONDITION then VALUE else OTHER`, or `SECTION // (if CONDITION then { … } else { })`; lists: `++ (if CONDITION then [ … ] else [ ])`";
    };
    merge = {
      message = "`mkMerge` is not supported: a profile is plain data";
      hint = "put the parts into `imports`, or write `{ … } // { … }`; lists: `[ … ] ++ [ … ]`";
    };
  };

  refusal =
    value:
    if value._type == "insomnia.plain/v1" then plainMark else
    {
      code = "unknown-tag";
    }
    // (spelling.${if isString value._type then value._type else ""} or {
      message =
        if value._type == "insomnia.profile" then
          "is a profile value, which is only allowed in `imports`"
        else
          "unknown `_type`";
      hint = "use mkDefault, mkForce, mkOverride, mkBefore or mkAfter";
    }
    );

  plainMark = {
    code = "unknown-tag";
    message = "`plain` has no effect here";
    hint = "write the string itself; `plain` is for command, args, url, env and headers of a server, command of a hook, and baseUrl";
  };

  malformed = what: {
    code = "unknown-tag";
    message = "invalid tag: ${what}";
    hint = "write mkOverride PRIORITY VALUE, with a number for the priority";
  };

  # A secret reference, or a faulty one, where one belongs: the validator judges it.
  refers = node: node.branches != [ ] || node.props ? _type;

  unwrap =
    node: def:
    let
      value = def.value;
      type = value._type;
    in
    if !(isAttrs value && value ? _type) then
      {
        inherit def;
        fault = null;
      }
    else if type == "override" || type == "order" then
      if !(value ? content) then
        {
          def = null;
          fault = malformed "it has no `content`";
        }
      else if !(isInt (value.priority or null)) then
        {
          def = null;
          fault = malformed "its priority must be an integer";
        }
      else if type == "order" then
        unwrap node (
          def
          // {
            order = value.priority;
            value = value.content;
          }
        )
      else
        unwrap node (
          def
          // {
            prio = value.priority;
            value = value.content;
          }
        )
    else if refers node && !(spelling ? ${if isString type then type else ""}) then
      {
        inherit def;
        fault = null;
      }
    else
      {
        def = null;
        fault = refusal value;
      };
in
{
  read = unwrap;
  inherit refusal;
}
