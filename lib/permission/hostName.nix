# Whether a text is the name of a host in its one common spelling: { ip; problem; }, the
# problem being { message; hint; } or null. An IP address in another notation is refused,
# since programs read those differently.
written:
let
  inherit (builtins)
    concatMap
    filter
    head
    isString
    length
    match
    split
    stringLength
    substring
    ;
  begins = import ../text/begins.nix;
  characters = import ./characters.nix;
  ends = import ../text/ends.nix;
  quote = import ./quote.nix;

  yes = ip: {
    inherit ip;
    problem = null;
  };
  no = message: hint: {
    ip = false;
    problem = { inherit message hint; };
  };

  octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  ipv4 = "(${octet}[.]){3}${octet}";
  isIPv4 = text: match ipv4 text != null;

  # Groups of hexadecimal digits with a colon between them: how many, and -1 for what is
  # not that. The last may be an IPv4 address, which counts as two.
  groups =
    last: text:
    let
      parts = filter isString (split ":" text);
      count = length parts;
      final = builtins.elemAt parts (count - 1);
      isGroup = part: match "[0-9A-Fa-f]{1,4}" part != null;
      short = filter (part: !(isGroup part)) parts;
    in
    if text == "" then
      0
    else if short == [ ] then
      count
    else if last && short == [ final ] && isIPv4 final then
      count + 1
    else
      -1;

  # Two colons represent at least one group of zeros, and occur once.
  isIPv6 =
    text:
    let
      halves = filter isString (split "::" text);
      left = groups false (head halves);
      right = groups true (builtins.elemAt halves 1);
    in
    if length halves == 1 then
      groups true text == 8
    else
      length halves == 2 && left >= 0 && right >= 0 && left + right <= 7;

  bracketed = match "[[](.*)[]]" written;

  bare = if ends "." written then substring 0 (stringLength written - 1) written else written;
  name = import ../text/lower.nix bare;
  labels = filter isString (split "[.]" name);
  last = builtins.elemAt labels (length labels - 1);

  # What is wrong with a label, if anything.
  ofLabel =
    label:
    let
      strange = filter (c: match "[a-z0-9_-]" c == null) (characters.of label);
      first = if head strange == " " then "a space" else quote (head strange);
    in
    if label == "" || stringLength label > 63 || begins "-" label || ends "-" label then
      [ (no "${quote name} is not the name of a host" example) ]
    else if strange == [ ] then
      [ ]
    else
      [ (no "the host holds ${first}" example) ];
  faults = concatMap ofLabel labels;

  example = "write a name, such as `example.com`, or an IP address";
in
if begins "[" written then
  if bracketed != null && isIPv6 (head bracketed) then
    yes true
  else
    no "not an IPv6 address in brackets" "write it as in `[::1]`"
else if filter (c: stringLength c > 1) (characters.unusual written) != [ ] then
  no "the host must be ASCII" "write the label in the form that begins with `xn--`"
else if name == "" then
  no "the host is missing" "write a host, such as `example.com`"
else if stringLength name > 253 then
  no "the host is longer than 253 bytes" "write a shorter one"
else if faults != [ ] then
  head faults
# What ends in a number is read as an IPv4 address, in many notations.
else if match "0x.*|[0-9]+" last != null then
  if isIPv4 name then
    yes true
  else
    no "${quote name} is an IPv4 address in an unusual notation"
      "write four decimal numbers, as in `127.0.0.1`"
else
  yes false
