# What a text of a pattern is called, with an example and, in near, what comes near another
# text, for messages. A pattern that is not
# here is shown as it is; a test sees that none of the schemas' is missing.
{
  "^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?$" = {
    form = "a host";
    example = "api.example.org:8443";
  };
  "^/([.]?[A-Za-z0-9_~+,;=:@!*-][A-Za-z0-9._~+,;=:@!*-]*(/[.]?[A-Za-z0-9_~+,;=:@!*-][A-Za-z0-9._~+,;=:@!*-]*)*/?)?$" = {
    form = "a request path";
    example = "/repos/**";
  };
  "^([*][.])?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$" = {
    form = "a domain";
    example = "*.example.org";
  };
  "^([*]|[A-Za-z][A-Za-z0-9_.-]*[*]?([|][A-Za-z][A-Za-z0-9_.-]*[*]?)*)$" = {
    form = "a matcher";
    example = "edit|write";
  };
  "^([*]|[A-Za-z][A-Za-z0-9_.-]*[*]?)$" = {
    form = "a tool name";
    example = "mcp__github__*";
  };
  "^([.]|[.]?[A-Za-z0-9_][A-Za-z0-9._ -]*(/[.]?[A-Za-z0-9_][A-Za-z0-9._ -]*)*)$" = {
    form = "a relative path";
    example = "docs/style.md";
  };
  "^(/[A-Za-z0-9_-]+)+$" = {
    form = "a pointer";
    example = "/mcpServers/github/args/1";
  };
  "^(none|forever|[1-9][0-9]{0,3}d)$" = {
    form = "a retention";
    example = "30d";
  };
  "^(~/|/)?[A-Za-z0-9_.*?-]+(/[A-Za-z0-9_.*?-]+)*$" = {
    form = "a path glob";
    example = "~/.ssh/*";
  };
  "^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$" = {
    form = "a server name";
    example = "github";
  };
  "^[A-Za-z0-9][A-Za-z0-9-]*$" = {
    form = "a header name";
    example = "X-Team";
  };
  "^[A-Za-z0-9@~_][A-_a-z0-9.:/@~#+-]*$" = {
    form = "a model id";
    example = "claude-sonnet-4-5";
  };
  "^[A-Za-z][A-Za-z0-9_-]*$" = {
    form = "an input name";
    example = "area";
  };
  "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$" = {
    form = "a language tag";
    example = "en-GB";
  };
  "^[A-Za-z_][A-Za-z0-9_]*$" = {
    form = "a variable name";
    example = "LOG_LEVEL";
  };
  "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" = {
    form = "a name";
    example = "coder";
  };
  "^[a-z0-9]([a-z0-9-]*[a-z0-9])?:[a-z0-9]([a-z0-9-]*[a-z0-9])?$" = {
    form = "a profile reference";
    example = "builtin:coder";
  };
  "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,7}$" = {
    form = "a secret name";
    example = "brave.search.default";
  };
  "^[a-z0-9]+([_-][a-z0-9]+)*$" = {
    form = "a skill name";
    example = "release-notes";
    near = import ../text/slug.nix;
  };
  "^[A-Za-z0-9][A-Za-z0-9._-]*$" = {
    form = "a provider name";
    example = "anthropic";
  };
  "^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9@~_][A-_a-z0-9.:/@~#+-]*$" = {
    form = "a model reference";
    example = "anthropic/claude-sonnet-4-5";
  };
  "^https?://([A-Za-z0-9._-]+|[A-_][0-9A-Fa-f:.]+[A-_])(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@&=%+,;!*$()-]*)?$" = {
    form = "an address";
    example = "https://api.example.org/v1";
  };
}
