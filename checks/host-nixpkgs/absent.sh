echo "this package stands in for one of nixpkgs and cannot be built; leave out --override-input nixpkgs" >&2
exit 1
