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

  # A price in dollars, with cents and as many thousandths as it has.
  dollars =
    micros:
    let
      mills = micros / 1000;
      rest = n: by: n - n / by * by;
      digits = builtins.substring 1 3 (toString (1000 + rest mills 1000));
      short = builtins.substring 0 2 digits;
    in
    if micros == null then
      ""
    else
      "$" + "${toString (mills / 1000)}.${if rest mills 10 == 0 then short else digits}";

  example = presets.derive {
    model.ref = "anthropic/claude-sonnet-4-5";
    toolPolicy = "workspace";
    variant = "cheap";
    memory.preset = "project";
    subagents.NAME.model.ref = "google/gemini-2.5-pro";
  };

in
{
  models = table [ "`model.ref`" "window" "longest answer" "input" "output" "wire API" "key" ] (
    map (
      ref:
      let
        model = models.${ref};
      in
      [
        (code ref)
        (toString model.contextWindowTokens)
        (toString model.maxOutputTokens)
        (dollars (model.prices.input or null))
        (dollars (model.prices.output or null))
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
