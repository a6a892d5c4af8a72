# The options of both modules, as data for docs/module-options.md.
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    isAttrs
    isString
    toJSON
    ;

  lib = import ./module-lib.nix;
  insomnia = {
    lib = import ../lib;
    packages = { };
  };

  flakeModule = import ../lib/modules/flake-parts.nix { inherit insomnia; } {
    inherit lib;
    flake-parts-lib.mkPerSystemOption = module: (module { system = "SYSTEM"; }).options;
    config.insomnia.profiles = { };
  };
  homeModule = import ../lib/modules/home-manager.nix { inherit insomnia; } {
    inherit lib;
    pkgs.formats.toml = _: { type = "TOML value"; };
    config = { };
  };

  text = value: if isAttrs value && value ? text then value.text else toJSON value;

  listed =
    path: options:
    concatMap (
      name:
      let
        option = options.${name};
        at = if path == "" then name else "${path}.${name}";
      in
      if (option._type or null) != "option" then
        listed at option
      else if option.visible or true then
        [
          {
            name = at;
            inherit (option) type description;
            default = if option ? defaultText then text option.defaultText else text (option.default or null);
            example = if option ? example then text option.example else "";
          }
        ]
      else
        [ ]
    ) (attrNames options);
in
{
  flakeParts = listed "" flakeModule.options;
  homeManager = listed "" homeModule.options;
}
