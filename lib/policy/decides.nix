/**
  The guard allows, asks about and denies these calls. Nix decides plain commands,
  paths, addresses and names; what else there is, `insomnia verify` decides. The check
  says how many calls were left to it.

  # Inputs

  `allow`, `ask`, `deny`
  : calls: a string is a command; a set has `tool` and, as the tool takes it, `command`,
    `path`, `url` or `name`

  # Type

  ```
  decides :: {
    allow :: [ String | Call ] ? [ ];
    ask :: [ String | Call ] ? [ ];
    deny :: [ String | Call ] ? [ ];
  } -> Policy
  ```

  # Examples

  ```nix
  policies.coder = [
    (policy.decides {
      allow = [ "git status" ];
      ask = [ "git push origin main" ];
      deny = [
        "git push --force"
        { tool = "read"; path = "deploy/secrets/key"; }
      ];
    })
  ];
  ```
*/
{
  allow ? [ ],
  ask ? [ ],
  deny ? [ ],
}@expectations:
let
  inherit (builtins) concatMap filter unsafeGetAttrPos;

  calls = import ./decides/calls.nix;
  decide = import ./decides/decide.nix;
  rank = import ../reach/rank.nix;
  inherit (import ../reach/tables.nix) actions;

  # What must be held back is to be held back from subagents, too.
  bindsSubagents = manifest: action: action != "allow" && manifest ? delegation.ceiling;

  # The same manifest, as what its subagents may do at the most.
  atCeiling =
    manifest:
    manifest
    // builtins.intersectAttrs {
      tools = null;
      permissions = null;
    } (manifest.delegation.ceiling or { });

  expected = {
    allow = calls "allow" allow;
    ask = calls "ask" ask;
    deny = calls "deny" deny;
  };
  each =
    check:
    concatMap (action: concatMap (check action) expected.${action}) [
      "allow"
      "ask"
      "deny"
    ];

  positionOf =
    action:
    let
      position = unsafeGetAttrPos action expectations;
    in
    if position == null then
      [ ]
    else
      [ { inherit (position) file line column; } ];

  words = call: call.command or call.path or call.url or call.name or call.tool;
in
if expected.allow ++ expected.ask ++ expected.deny == [ ] then
  throw "policy.decides: no calls are listed; write at least one in `allow`, `ask` or `deny`"
else
  import ./make.nix "decides" (
    manifest:
    each (
      action: call:
      let
        decided = decide manifest call;
        under = if bindsSubagents manifest action then decide (atCeiling manifest) call else null;
        fault = at: who: got: [
          {
            inherit at;
            message = "`${words call}`, a call of `${call.tool}`${who}: must be ${action}, got ${got}";
            hint = "see which rule decides: insomnia verify";
            positions = positionOf action;
          }
        ];
      in
      if decided != null && decided != action then
        fault [
          "permissions"
          "rules"
        ] "" decided
      else if under != null && rank actions under > rank actions action then
        fault [
          "delegation"
          "ceiling"
        ] " by a subagent" under
      else
        [ ]
    )
  )
  // {
    # For `insomnia verify`, which decides all of them.
    decides = expected // {
      positions = builtins.mapAttrs (action: _: positionOf action) expected;
    };
    undecided =
      manifest:
      each (
        action: call:
        filter (
          call:
          decide manifest call == null
          || bindsSubagents manifest action && decide (atCeiling manifest) call == null
        ) [ call ]
      );
  }
