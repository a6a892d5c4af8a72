# The outputs of a flake, from its locked inputs.
#
#   nodes    for each node of the lock: sourceInfo; flake, whether it is one;
#            dir, where flake.nix is in it; inputs, the node that each input is;
#            and for a folder of another input parent and path
#   root     the node to return
#   unlocked what to put for an input that the lock does not have
{
  nodes,
  root,
  unlocked,
}:
let
  inherit (builtins) attrNames functionArgs mapAttrs;

  call =
    name: node:
    let
      sourceInfo = node.sourceInfo;
      below = folder: path: if path == "" then folder else folder + "/" + path;
      outPath =
        if node ? parent then
          below all.${node.parent}.outPath node.path
        else
          below sourceInfo.outPath node.dir;

      flake = import (outPath + "/flake.nix");
      locked = mapAttrs (_: target: all.${target}) node.inputs;
      named = functionArgs flake.outputs // (flake.inputs or { });
      inputs =
        mapAttrs (input: _: unlocked name input) (removeAttrs named ([ "self" ] ++ attrNames locked))
        // locked;

      outputs =
        if flake ? outputs then
          flake.outputs (inputs // { self = result; })
        else
          throw "${outPath}/flake.nix has no `outputs`";

      result =
        outputs
        // sourceInfo
        // {
          inherit
            outPath
            inputs
            outputs
            sourceInfo
            ;
          _type = "flake";
        };
    in
    if node.flake then result else sourceInfo // { inherit outPath sourceInfo; };

  all = mapAttrs call nodes;
in
all.${root}
