/**
  Makes a policy: a function from a manifest to problems that also has a name,
  so that a check can be called after it.

  # Inputs

  `name`
  : short name in small letters and hyphens; the code of its problems is `policy-NAME`

  `check`
  : function from a manifest to a list of `{ at; message; expected?; hint?; }`,
    `at` being the field as a list of keys

  # Type

  ```
  make :: String -> (Manifest -> [ Finding ]) -> Policy
  ```

  # Examples

  ```nix
  policy.make "no-opus" (
    manifest:
    if manifest.model.id == "claude-opus-5-5" then
      [
        {
          at = [ "model" "ref" ];
          message = "this team pays for Sonnet";
        }
      ]
    else
      [ ]
  )
  ```
*/
name: check:
let
  finish = import ../problem/finish.nix (_: [ ]);
in
{
  _type = "insomnia.policy";
  inherit name;
  __functor =
    _: manifest: map (finding: finish (finding // { code = "policy-${name}"; })) (check manifest);
}
