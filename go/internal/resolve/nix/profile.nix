# Evaluates a built-in profile or a profile file with the embedded evaluator.
#
# It does what entry.nix does for the installed Nix. Nothing has to be refused
# here: that evaluator has no builtin that reaches beyond the two folders.
{
  library,
  calls,
  profile,
  name,
}:
let
  insomnia = {
    lib = import (library + "/lib");
    insomniaProfiles = import (library + "/profiles") { inherit insomnia; };
  };

  describe = import (calls + "/describe.nix");
  source = import profile;
  wanted = builtins.functionArgs source;
  unknown = builtins.filter (n: n != "insomnia" && !wanted.${n}) (builtins.attrNames wanted);
  applied =
    if !builtins.isFunction source then
      source
    else if unknown != [ ] then
      throw "a profile is called with { insomnia } alone, and this one asks for ${builtins.concatStringsSep ", " unknown}"
    else
      source { inherit insomnia; };
in
if profile == null then
  import (calls + "/select.nix") {
    inherit describe;
    path = [ name ];
  } insomnia.insomniaProfiles
else
  {
    status = "found";
    inherit name;
  }
  // describe {
    value = applied;
    where = [ ];
    position = null;
  }
