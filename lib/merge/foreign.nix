# Whether a position lies in a file outside the library. Positions in the library itself (of
# what secrets.ref makes, say) tell an author nothing.
let
  inherit (builtins) isString stringLength substring;
  library = toString ../. + "/";
  tests = toString ../tests + "/";
  begins = prefix: text: substring 0 (stringLength prefix) text == prefix;
in
pos:
pos != null
&& isString pos.file
&& substring 0 1 pos.file == "/"
&& (!(begins library pos.file) || begins tests pos.file)
