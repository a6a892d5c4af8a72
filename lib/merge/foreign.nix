# Whether a position is in a file outside the library. Positions in the library itself (such
# as those of secrets.ref) are of no use to an author.
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
