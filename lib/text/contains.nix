# Whether a non-empty part occurs in a text.
part: text: builtins.replaceStrings [ part ] [ "" ] text != text
