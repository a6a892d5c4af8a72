/**
  The `shellHook` of a development shell that offers the agents of a project: it lists
  them and the Pods of this directory when a person enters the shell, and prints nothing
  for `nix develop -c` and direnv.

  # Inputs

  `profiles`
  : the profiles of the project by name

  # Type

  ```
  mkShellHook :: { profiles :: { ${name} :: Profile | Manifest }; } -> String
  ```

  # Examples

  ```nix
  devShells.x86_64-linux.default = pkgs.mkShell {
    packages = [ insomnia.packages.x86_64-linux.insomnia ];
    shellHook = insomnia.lib.mkShellHook { profiles = self.insomniaProfiles; };
  };
  ```
*/
{ profiles }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    head
    replaceStrings
    ;
  escape = import ./text/escape.nix;
  names = attrNames profiles;

  # A word of the shell, whatever it holds.
  word = text: "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";
in
if names == [ ] then
  ""
else
  ''
    case $- in
    *i*)
      printf '%s\n' ${word "Agents of this project: ${escape (concatStringsSep ", " names)}"} ${word "To start one: insomnia pod new .#${escape (head names)}"}
      if command -v insomnia >/dev/null; then
        insomnia pod list --here
      else
        echo "insomnia is not on PATH: add its package to this shell"
      fi
      ;;
    esac
  ''
