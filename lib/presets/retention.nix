# retention: how long sessions and memories are kept.
let
  derived = import ./derived.nix;

  days =
    text:
    let
      match = builtins.match "([1-9][0-9]{0,3})d" text;
    in
    if match == null then null else builtins.fromJSON (builtins.elemAt match 0);
in
{
  at = [ "retention" ];
  default = _: "30d";
  order = [
    "none"
    "forever"
  ];
  choices = {
    none.days = 0;
    forever.days = null;
  };

  # A number of days, in addition to the named choices.
  parse =
    text:
    let
      number = days text;
    in
    if number == null then null else { days = number; };
  written = "a number of days such as 30d";

  derive = _: { days }: {
    values = {
      session.retentionDays = derived "none: 0; Nd: N; forever: null" days;
      memory.retentionDays = derived "none: 0; Nd: N; forever: null" days;
    };
  };
}
