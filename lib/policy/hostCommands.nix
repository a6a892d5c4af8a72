/**
  A finding for each command that a manifest runs outside the sandbox: nothing says what
  it changes.

  # Type

  ```
  hostCommands :: Manifest -> [ Finding ]
  ```
*/
manifest:
map (name: {
  at = [
    "sandbox"
    "hostCommands"
    name
  ];
  message = "the host command `${name}` runs outside the sandbox";
}) (builtins.attrNames (manifest.sandbox.hostCommands or { }))
