# autonomy: how far the agent goes without asking.
let
  derived = import ./derived.nix;

  level = mode: default: { inherit mode default; };
in
{
  at = [ "autonomy" ];
  default = _: "ask";
  order = [
    "observe"
    "ask"
    "edits"
    "auto"
    "full"
  ];
  choices = {
    observe = level "plan" "ask";
    ask = level "ask" "ask";
    edits = level "acceptEdits" "ask";
    auto = level "auto" "allow";
    full = level "bypass" "allow";
  };

  # A delegate that says nothing goes as far as the Pod that starts it, whose deny
  # and ask rules bind it as well.
  derive =
    facts: choice:
    let
      formula = "observe: plan/ask; ask: ask/ask; edits: acceptEdits/ask; auto: auto/allow; full: bypass/allow";
      inherited = "as the Pod's own permissions";
    in
    {
      values = {
        permissions = {
          mode = derived formula choice.mode;
          default = derived formula choice.default;
        };
        subagents = builtins.mapAttrs (_: _: {
          permissions = {
            mode = derived inherited facts.permissions.mode;
            default = derived inherited facts.permissions.default;
          };
        }) facts.subagents;
      };
    };
}
