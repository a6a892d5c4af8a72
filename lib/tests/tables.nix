# The tables of docs/ that follow from the library, as Markdown. To bring one up to
# date: nix eval --raw -f lib/tests/tables.nix models (or choices, formulas).
let
  inherit (builtins)
    attrNames
    attrValues
    concatStringsSep
    filter
    map
    ;

  models = import ../models.nix;
  presets = import ../presets;

  row = cells: "| ${concatStringsSep " | " cells} |";
  table =
    titles: rows:
    concatStringsSep "\n" (map row ([ titles ] ++ [ (map (_: "---") titles) ] ++ rows)) + "\n";
  code = text: "`${text}`";
  codes = words: concatStringsSep " " (map code words);

  # A bar in a cell would end it.
  cell = builtins.replaceStrings [ "|" ] [ "\\|" ];

  dotted = concatStringsSep ".";

  example = presets.derive {
    model.ref = "anthropic/claude-sonnet-4-5";
    toolPolicy = "workspace";
    variant = "cheap";
    memory.preset = "project";
    subagents.NAME.model.ref = "google/gemini-2.5-pro";
  };

in
{
  models = table [ "`model.ref`" "window" "longest answer" "wire API" "key in the built-in roles" ] (
    map (
      ref:
      let
        model = models.${ref};
      in
      [
        (code ref)
        (toString model.contextWindowTokens)
        (toString model.maxOutputTokens)
        (code model.wireApi)
        (code model.secret)
      ]
    ) (attrNames models)
  );

  choices = table [ "written as" "choices" "when nothing is written" ] (
    map (preset: [
      (code (dotted preset.at))
      (codes preset.order + (if preset ? written then ", ${preset.written}" else ""))
      (
        code (preset.default { toolPolicy = "read-only"; })
        + (
          if preset.default { toolPolicy = "research"; } != preset.default { toolPolicy = "read-only"; } then
            "; ${code (preset.default { toolPolicy = "research"; })} with the tool policy `research`"
          else
            ""
        )
      )
    ]) (builtins.sort (a: b: dotted a.at < dotted b.at) (attrValues presets.all))
  );

  formulas = table [ "field of the manifest" "follows from" "how" ] (
    map (
      path:
      let
        source = example.sources.${path};
      in
      [
        (code path)
        (code source.name)
        (cell source.formula)
      ]
    ) (filter (path: example.sources ? ${path}) (attrNames example.sources))
  );
}
