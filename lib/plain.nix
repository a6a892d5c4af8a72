/**
  Says that a string is no secret, although it has the form of a key: an example, a key
  for tests, a public one. Without it such a string is the problem `rule-literal-key` in
  `command`, `args`, `url`, `env` and `headers` of a server, in the `command` of a hook
  and in a `baseUrl`. In the manifest it is the string itself, and its place is listed
  in `plain`.

  # Inputs

  `value`
  : the string

  # Type

  ```
  plain :: String -> AttrSet
  ```

  # Examples

  ```nix
  mcpServers.sandbox.env.STRIPE_KEY.value = insomnia.lib.plain "the public key of the test shop";
  ```
*/
value: {
  _type = "insomnia.plain/v1";
  inherit value;
}
