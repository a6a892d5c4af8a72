let
  inherit (builtins) isAttrs;
  node = import ../validate/manifestNode.nix;
  validate = import ../validate/validate.nix { };
  fill = import ./fill.nix { };
  finish = import ../problem/finish.nix;
  reached = import ./reached.nix;
  rules = import ../rules.nix;
  places = import ../merge/places.nix;
  plainMarks = import ../profile/plainMarks.nix;
  sortSets = import ./sortSets.nix;
  tooLarge = import ./tooLarge.nix;
in
/**
  Completes and checks a raw manifest, and returns the problems as data.

  # Inputs

  `raw`
  : a manifest in which fields with a default may be absent

  # Type

  ```
  checkManifest :: AttrSet -> { manifest :: AttrSet; problems :: [ Problem ]; }
  ```

  # Examples

  ```nix
  (insomnia.lib.checkManifest { schema = "insomnia.pod/v1"; }).problems
  => [ { code = "required"; path = "profile.name"; … } … ]
  ```
*/
raw:
let
  layer = {
    key = "manifest";
    body = raw;
    place = null;
    reach = { };
    spots = null;
  };
  filled =
    let
      complete = fill node (reached (plainMarks.strip raw));
    in
    if isAttrs complete then plainMarks.list [ raw ] complete else complete;
  manifest = sortSets node filled;
  faults = validate node filled ++ (if isAttrs filled then rules filled else [ ]);
  all = if faults == [ ] then tooLarge manifest else faults;
in
{
  inherit manifest;
  problems = map (finish (places.winner node [ layer ])) all;
}
