# The schema of manifests, prepared. Nix evaluates a file once, so all profiles share it.
import ./load.nix (builtins.fromJSON (builtins.readFile ./manifest.json))
