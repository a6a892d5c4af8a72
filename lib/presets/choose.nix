/**
  What a profile chose for a preset.

  # Inputs

  `preset`
  : the preset, a file of this folder
  `profile`
  : the merged profile
  `facts`
  : what is known so far, for a default that depends on it

  # Type

  ```
  choose :: Preset -> Profile -> Facts -> { written :: String; parameters :: Any; problems :: [ Problem ]; }
  ```

  `written` is the choice that counts: the author's, or the default when there
  is none or none that is known.
*/
preset: profile: facts:
let
  lookup = import ./lookup.nix;
  suggest = import ../text/suggest.nix;

  names = preset.order;

  fallback = preset.default facts;
  value = lookup preset.at fallback profile;

  # The type is the schema's business.
  text = if builtins.isString value then value else fallback;

  parse = word: if preset ? parse then preset.parse word else null;

  # `null` when the word is not one of the choices.
  read = word: preset.choices.${word} or (parse word);

  parameters = read text;

  nearest = suggest text names;
  valid =
    builtins.concatStringsSep ", " names + (if preset ? written then ", or ${preset.written}" else "");
in
if parameters != null then
  {
    written = text;
    inherit parameters;
    problems = [ ];
  }
else
  {
    written = fallback;
    parameters = read fallback;
    problems = [
      (
        {
          code = "unknown-preset";
          inherit (preset) at;
          message = "unknown preset `${text}` for `${builtins.concatStringsSep "." preset.at}`";
          expected = "one of: ${valid}";
        }
        // (if nearest == null then { } else { hint = "did you mean `${nearest}`?"; })
      )
    ];
  }
