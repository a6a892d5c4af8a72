# The first line of the report about a profile, whose name may be unknown (null or empty).
name: problems:
let
  count = builtins.length problems;
in
"the profile ${if name == null || name == "" then "" else "`${name}` "}has ${
  if count == 1 then "a problem" else "${toString count} problems"
}"
