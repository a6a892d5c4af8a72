# A flake that builtins.getFlake names, from its source and the lock in it.
#
#   ref         the reference, for messages
#   sourceInfo  the source as fetchTree returns it
#   dir         where in it flake.nix is
#   fetch       fetchTree of what a lock names
{
  ref,
  sourceInfo,
  dir,
  fetch,
}:
let
  inherit (builtins)
    attrNames
    filter
    foldl'
    fromJSON
    functionArgs
    isFunction
    isList
    mapAttrs
    pathExists
    readFile
    substring
    ;

  below = top: path: if path == "" then top else top + "/" + path;
  lockFile = below sourceInfo.outPath dir + "/flake.lock";

  lock =
    if !pathExists lockFile then
      {
        root = "root";
        nodes.root = { };
      }
    else
      let
        read = fromJSON (readFile lockFile);
      in
      if read.version < 5 || read.version > 7 then
        throw "lock file '${lockFile}' has unsupported version ${toString read.version}"
      else
        read;

  # The node that an input is: by name, or by following inputs from the root.
  target = input: if isList input then foldl' (name: step: target lock.nodes.${name}.inputs.${step}) lock.root input else input;

  call =
    name: node:
    let
      isRoot = name == lock.root;
      isRelative = !isRoot && node.locked.type == "path" && substring 0 1 node.locked.path != "/";
      parent = flakes.${target (node.parent or [ ])};
      info =
        if isRoot then
          sourceInfo
        else if isRelative then
          parent.sourceInfo
        else
          fetch (node.info or { } // node.locked);
      outPath =
        if isRelative then
          below parent.outPath node.locked.path
        else
          below info.outPath (if isRoot then dir else node.locked.dir or "");

      flake = import (outPath + "/flake.nix");
      inputs = mapAttrs (_: input: flakes.${target input}.result) (node.inputs or { });
      wanted = attrNames (removeAttrs (functionArgs flake.outputs // (flake.inputs or { })) [ "self" ]);
      missing = filter (input: !(inputs ? ${input})) wanted;
      outputs =
        if !isFunction (flake.outputs or null) then
          throw "flake '${ref}' lacks attribute 'outputs'"
        else if missing != [ ] then
          throw "flake '${ref}' has the input '${builtins.head missing}', which its flake.lock does not lock"
        else
          flake.outputs (inputs // { self = result; });
      result =
        outputs
        // info
        // {
          inherit outPath inputs outputs;
          sourceInfo = info;
          _type = "flake";
        };
    in
    {
      inherit outPath;
      sourceInfo = info;
      result =
        if node.flake or true then
          result
        else
          info
          // {
            inherit outPath;
            sourceInfo = info;
          };
    };

  flakes = mapAttrs call lock.nodes;
in
flakes.${lock.root}.result
