# Whether a part that is not empty stands in a text.
part: text: builtins.replaceStrings [ part ] [ "" ] text != text
