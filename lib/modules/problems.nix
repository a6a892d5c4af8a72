# What is wrong with a profile value or a manifest: a list of problems.
{ insomnia }:
value:
if (value._type or null) == "insomnia.profile" then
  value.problems
else
  (insomnia.lib.checkManifest value).problems
