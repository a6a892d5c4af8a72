/**
  A value that a preset computed, with the formula that it came from.

  # Inputs

  `formula`
  : how the value follows, as `explain` shows it
  `value`
  : the value itself
*/
formula: value: {
  _type = "insomnia.derived";
  inherit formula value;
}
