{
  /**
    Refers to a secret by name. The reference is plain data: it stays a reference in the
    manifest, and where the name leads is bound by the user who starts the Pod.

    # Inputs

    `name`
    : dot-separated segments of `[a-z0-9-]`, such as `brave.search.default`; a name of
      another form is reported as a problem of the profile, at the field that holds it

    # Type

    ```
    ref :: String -> { _type :: String; name :: String; }
    ```

    # Examples

    ```nix
    web.search = {
      mode = "live";
      provider = "brave";
      auth = insomnia.lib.secrets.ref "brave.search.default";
    };
    ```
  */
  ref = name: {
    _type = "insomnia.secret-ref/v1";
    inherit name;
  };
}
