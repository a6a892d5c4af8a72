# The schema of profiles, prepared. Nix evaluates a file once, so all profiles share it.
import ./load.nix (builtins.fromJSON (builtins.readFile ./profile.json))
