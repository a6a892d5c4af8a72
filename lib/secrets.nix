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

  /**
    Puts secrets into text: into a header, a variable, an argument or an address of an MCP
    server. What it returns is plain data, as a reference is: the text is put together when
    the secret is delivered.

    # Inputs

    `template`
    : the text; `{}` stands for a secret, `{{` and `}}` for a brace

    `refs`
    : the secrets by `secrets.ref`, as many as the template has `{}`; one alone needs no list

    # Type

    ```
    format :: String -> SecretRef | [ SecretRef ] -> { _type :: String; template :: String; refs :: [ SecretRef ]; }
    ```

    # Examples

    ```nix
    mcpServers.tickets = {
      type = "http";
      url = "https://tickets.example.org/mcp";
      headers.Authorization = insomnia.lib.secrets.format "Bearer {}" (insomnia.lib.secrets.ref "tickets.api");
    };
    ```
  */
  format = template: refs: {
    _type = "insomnia.secret-format/v1";
    inherit template;
    refs = if builtins.isList refs then refs else [ refs ];
  };
}
