# autonomy: how far the agent goes without asking.
let
  derived = import ./derived.nix;
  lookup = import ./lookup.nix;
  rank = import ../reach/rank.nix;
  inherit (import ../reach/tables.nix) actions modes;

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

  # A subagent that sets nothing may do as much as the Pod that starts it, whose deny
  # and ask rules bind it as well.
  derive =
    facts: choice:
    let
      formula = "observe: plan/ask; ask: ask/ask; edits: acceptEdits/ask; auto: auto/allow; full: bypass/allow";
      inherit (facts) permissions;

      # As far as the ceiling allows; a word that is not in the order is reported elsewhere.
      ceiling = facts.ceiling.permissions;
      held = builtins.isAttrs ceiling;
      lower =
        order: field:
        let
          most = lookup [ field ] permissions.${field} ceiling;
        in
        if rank order most < rank order permissions.${field} then most else permissions.${field};
      inherited = {
        mode = if held then lower modes "mode" else permissions.mode;
        default = if held then lower actions "default" else permissions.default;
      };
      takenOver =
        "as the Pod's own permissions" + (if held then ", as far as delegation.ceiling goes" else "");
    in
    {
      values = {
        permissions = {
          mode = derived formula choice.mode;
          default = derived formula choice.default;
        };
        subagents = builtins.mapAttrs (_: _: {
          permissions = {
            mode = derived takenOver inherited.mode;
            default = derived takenOver inherited.default;
          };
        }) facts.subagents;
      }
      // (
        if held then
          {
            delegation.ceiling.permissions = {
              mode = derived "as the Pod's own" permissions.mode;
              default = derived "as the Pod's own" permissions.default;
            };
          }
        else
          { }
      );
    };
}
