# The characters of a text in UTF-8, and their properties from package unseen: Nix knows
# bytes alone, and compares texts by them, so that characters are compared by their numbers.
let
  inherit (builtins)
    all
    attrNames
    concatMap
    elemAt
    filter
    fromJSON
    genList
    groupBy
    head
    isList
    length
    match
    readFile
    split
    stringLength
    substring
    ;

  digit = n: substring n 1 "0123456789abcdef";
  two = n: "${digit (n / 16)}${digit (rest n 16)}";
  four = n: "${two (n / 256)}${two (rest n 256)}";
  rest = n: by: n - (n / by) * by;

  # The character of a number that is not of a surrogate.
  character =
    n:
    fromJSON (
      if n < 65536 then
        ''"\u${four n}"''
      else
        ''"\u${four (55296 + (n - 65536) / 1024)}\u${four (56320 + rest (n - 65536) 1024)}"''
    );

  lowest = character 128;
  # The bytes that continue a character.
  firstMore = substring 1 1 lowest;
  lastMore = substring 1 1 (character 191);
  delete = character 127;

  # By the length of a character: the first and the last.
  bounds = [
    null
    [
      (character 1)
      delete
    ]
    [
      lowest
      (character 2047)
    ]
    [
      (character 2048)
      (character 65535)
    ]
    [
      (character 65536)
      (character 1114111)
    ]
  ];
  beforeSurrogates = character 55295;
  afterSurrogates = character 57344;

  within =
    n: c:
    let
      bound = elemAt bounds n;
    in
    c >= elemAt bound 0 && c <= elemAt bound 1;

  isValid =
    c:
    let
      size = stringLength c;
    in
    size <= 4
    && within size c
    && (size != 3 || c <= beforeSurrogates || c >= afterSurrogates);

  table = fromJSON (readFile ./hidden.json);

  # How many of a sorted table are not above a character, between two places of the table.
  placeOf =
    c: low: high:
    if low == high then
      low
    else
      let
        middle = (low + high) / 2;
      in
      if elemAt table middle <= c then placeOf c (middle + 1) high else placeOf c low middle;

  number =
    c: low: high:
    if low == high then
      low
    else
      let
        middle = (low + high + 1) / 2;
        reached =
          c >= (if middle >= 55296 && middle <= 57343 then afterSurrogates else character middle);
      in
      if reached then number c middle high else number c low (middle - 1);

  upper = builtins.replaceStrings [ "a" "b" "c" "d" "e" "f" ] [ "A" "B" "C" "D" "E" "F" ];
  hex = n: if n < 65536 then four n else "${two (n / 65536)}${four (rest n 65536)}";
  short = text: if match "0.*" text == null then text else substring 1 (-1) text;
  hexOf =
    c:
    let
      n = number c 1 1114111;
    in
    if n < 65536 then hex n else short (hex n);
in
rec {
  # Each character; where the text is not UTF-8, what is not one is longer or shorter.
  of =
    text:
    let
      starts = filter (
        n:
        let
          byte = substring n 1 text;
        in
        n == 0 || byte < firstMore || byte > lastMore
      ) (genList (n: n) (stringLength text));
      count = length starts;
    in
    genList (
      n:
      let
        at = elemAt starts n;
      in
      substring at (if n + 1 == count then -1 else elemAt starts (n + 1) - at) text
    ) count;

  # Those that are not of the printable part of ASCII, each once.
  unusual =
    text:
    let
      runs = filter isList (split "([^ -~]+)" text);
    in
    if runs == [ ] then
      [ ]
    else
      attrNames (groupBy (c: c) (concatMap (run: of (head run)) runs));

  valid = text: all isValid (unusual text);

  hidden =
    c:
    if c < lowest then
      c < " " || c == delete
    else
      let
        place = placeOf c 0 (length table);
      in
      rest place 2 == 1;

  # 00a0, as in \u{00a0}.
  inherit hexOf;
  # U+00A0
  named = c: "U+${upper (hexOf c)}";
}
