# The languages and regions that a BCP 47 tag may name; package langtag decides alike.
let
  inherit (builtins)
    concatStringsSep
    elemAt
    filter
    fromJSON
    genList
    head
    isString
    length
    match
    readFile
    replaceStrings
    split
    stringLength
    substring
    tail
    ;
  contains = import ./contains.nix;
  lower = import ./lower.nix;
  letters = alphabet: genList (n: substring n 1 alphabet) 26;
  upper = replaceStrings (letters "abcdefghijklmnopqrstuvwxyz") (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  table = fromJSON (readFile ../schema/languages.json);

  parts = by: text: filter isString (split by text);
  has = codes: code: contains " ${code} " codes;
  known =
    code:
    if stringLength code == 2 then
      has table.short code
    else
      stringLength code == 3 && has table.long code;
  isRegion = subtag: stringLength subtag == 2 || match "[0-9].{2}" subtag != null;

  # The subtags before an extension, or what is private.
  plain =
    subtags:
    if subtags == [ ] || stringLength (head subtags) == 1 then
      [ ]
    else
      [ (head subtags) ] ++ plain (tail subtags);

  # The code of a language by its name, in English or in itself; null for none.
  named = name: table.names.${lower name} or null;
in
{
  # What is wrong with a tag: { message; hint; }, or null.
  fault =
    tag:
    let
      written = parts "-" tag;
      code = lower (head written);
      meant = named code;
      strange = filter (subtag: isRegion subtag && !(has table.regions (upper subtag))) (
        plain (tail written)
      );
      region = upper (head strange);
      isUK = subtag: subtag == head strange;
      british = map (subtag: if isUK subtag then "GB" else subtag) written;
      other = "write a tag of BCP 47, such as ja or pt-BR";
      suggested = list: "did you mean `${concatStringsSep "-" list}`?";
    in
    if !(known code) then
      {
        message = "`${code}` is not a registered language";
        hint = if meant == null then other else suggested ([ meant ] ++ tail written);
      }
    else if strange == [ ] then
      null
    else
      {
        message = "`${region}` is not a registered region";
        hint = if region == "UK" then suggested british else other;
      };

  # The tag that is meant by a text that has not the form of one: the name of a language, or
  # a locale such as en_US.UTF-8; null for none.
  near =
    text:
    let
      meant = named text;
      locale = parts "_" (head (parts "[.]" text));
    in
    if meant != null then
      meant
    else if length locale == 2 && known (lower (head locale)) && has table.regions (elemAt locale 1) then
      concatStringsSep "-" locale
    else
      null;
}
