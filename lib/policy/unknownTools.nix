/**
  Findings for tools that are offered to the Pod or a subagent and are not in the
  vocabulary. They may do anything, so that no policy about tools holds with them;
  that a list denies them as well does not help, since nothing is known of the name.

  # Type

  ```
  unknownTools :: Manifest -> [ Finding ]
  ```
*/
manifest:
let
  inherit (builtins) concatMap;
  inherit (import ./vocabulary.nix manifest) problemOf;

  holders = import ./holders.nix;

  finding =
    holder: name:
    let
      problem = problemOf name;
    in
    if problem == null then
      [ ]
    else
      [
        {
          at = holder.at ++ [
            "tools"
            "allow"
          ];
          message = "${holder.who} has the tool `${name}`, which is unknown and may do anything";
          inherit (problem) hint;
        }
      ];
in
concatMap (holder: concatMap (finding holder) holder.value.tools.allow) (holders manifest)
