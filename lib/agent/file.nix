# A Markdown file as a settled layer.
within: name: file:
let
  read = import ./layer.nix {
    file = name;
    text = within name (builtins.readFile file);
  };
in
read
// {
  key = name;
  file = name;
  under = [ ];
  place = {
    file = name;
    inherit (read.spots) line column;
  };
}
