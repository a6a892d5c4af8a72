# Evaluates a profile file with the library beside this file, and nothing else.
#
# `nix eval --file` calls it with the real path of the profile. Library and
# profile are loaded through a scope in which every builtin that reaches beyond
# the two folders on the search path is refused, since Nix's own restricted
# mode lets some of them through.
#
# What no profile changes stands outside the function, so that calls of one
# evaluation share it.
let
  refuse =
    builtin: reason: _:
    throw "${builtin} ${reason}";
  reaches = "reaches outside the profile's own files, which a path profile may not; make it a flake with an input";
  impure = "makes the result depend on the machine, which a profile may not";

  denials = {
    fetchurl = refuse "builtins.fetchurl" reaches;
    fetchTarball = refuse "builtins.fetchTarball" reaches;
    fetchGit = refuse "builtins.fetchGit" reaches;
    fetchMercurial = refuse "builtins.fetchMercurial" reaches;
    fetchTree = refuse "builtins.fetchTree" reaches;
    fetchClosure = refuse "builtins.fetchClosure" reaches;
    getFlake = refuse "builtins.getFlake" reaches;
    findFile = _: refuse "a search path such as <nixpkgs>" reaches;
    storePath = refuse "builtins.storePath" reaches;
    exec = refuse "builtins.exec" reaches;
    importNative = _: refuse "builtins.importNative" reaches;
    derivation = refuse "derivation" "builds, and a profile is data";
    derivationStrict = refuse "derivation" "builds, and a profile is data";
    getEnv = refuse "builtins.getEnv" impure;
    currentTime = throw "builtins.currentTime ${impure}";
    currentSystem = throw "builtins.currentSystem ${impure}";
    nixPath = [ ];
  };
  # In the global scope these stand with two underscores, a few also without.
  underscored = builtins.listToAttrs (
    map (n: {
      name = "__" + n;
      value = denials.${n};
    }) (builtins.attrNames denials)
  );
  bare = {
    inherit (denials)
      fetchTarball
      fetchGit
      fetchMercurial
      fetchTree
      derivation
      derivationStrict
      ;
  };

  guarded =
    builtins
    // denials
    // {
      builtins = guarded;
      import = load;
      scopedImport = _: refuse "builtins.scopedImport" "is not available to profiles; use import";
    };
  scope =
    underscored
    // bare
    // {
      builtins = guarded;
      import = load;
      __scopedImport = guarded.scopedImport;
      scopedImport = guarded.scopedImport;
    };
  # A folder stands for its default.nix, as with import itself.
  load = file: builtins.scopedImport scope file;

  insomnia = {
    lib = load ./lib;
    insomniaProfiles = load ./profiles { inherit insomnia; };
  };

  describe = explain: args: import ./describe.nix (args // { inherit explain; });
in
{ profile, name }:
let
  builtin = builtins.match "builtin:(.*)" profile;
  markdown =
    builtins.substring (builtins.stringLength profile - 3) 3 profile == ".md";
  source = if markdown then insomnia.lib.mkProfile (/. + profile) else load (/. + profile);
  wanted = builtins.functionArgs source;
  unknown = builtins.filter (n: n != "insomnia" && !wanted.${n}) (builtins.attrNames wanted);
  applied =
    if !builtins.isFunction source then
      source
    else if unknown != [ ] then
      throw "a profile is called with { insomnia } alone, and this one asks for ${builtins.concatStringsSep ", " unknown}"
    else
      source { inherit insomnia; };

  answer =
    describe:
    if builtin != null then
      import ./select.nix {
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
      };
  reported = answer: removeAttrs answer [ "unjudged" ];
in
rec {
  result = answer (describe false);
  # The same, with where each value comes from.
  explained = answer (describe true);
  # What the installed Nix is asked for.
  plain = import ./plain.nix result;
  report = reported result;
  explanation = reported explained;
}
