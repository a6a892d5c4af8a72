# Written by schemagen from go/manifest/internal/schemagen/docs.go: what a string of a pattern is
# called, an example of it, and the characters it may have, for messages.
{
  "^(/[A-Za-z0-9_.-]+)+$" = {
    form = "a pointer";
    example = "/mcpServers/github/args/1";
    of = "a JSON pointer";
  };
  "^([*]|[A-Za-z][A-Za-z0-9_.:-]*[*]?([|][A-Za-z][A-Za-z0-9_.:-]*[*]?)*)$" = {
    form = "a matcher";
    example = "edit|write";
    of = "tool names with | between them";
  };
  "^([*]|[A-Za-z][A-Za-z0-9_.:-]*[*]?)$" = {
    form = "a tool name";
    example = "mcp__github__*";
    of = "letters, digits and _ - . :";
  };
  "^([.]|[.]?[A-Za-z0-9_][A-Za-z0-9._ -]*(/[.]?[A-Za-z0-9_][A-Za-z0-9._ -]*)*)$" = {
    form = "a relative path";
    example = "docs/style.md";
    of = "below the workspace, without ..";
  };
  "^(none|forever|[1-9][0-9]{0,3}d)$" = {
    form = "a retention";
    example = "30d";
    of = "none, forever or a number of days";
  };
  "^/([.]?[A-Za-z0-9_~+,;=:@!*-][A-Za-z0-9._~+,;=:@!*-]*(/[.]?[A-Za-z0-9_~+,;=:@!*-][A-Za-z0-9._~+,;=:@!*-]*)*/?)?$" = {
    form = "a request path";
    example = "/repos/**";
    of = "from /, with * for a part and ** for any";
  };
  "^[A-Za-z0-9@~_][A-_a-z0-9.:/@~#+-]*$" = {
    form = "a model id";
    example = "claude-sonnet-4-5";
    of = "as the provider's API names the model";
  };
  "^[A-Za-z0-9]+((-+|[._])[A-Za-z0-9]+)*$" = {
    form = "a server name";
    example = "github";
    of = "letters, digits, hyphens, and single dots or underscores between them";
  };
  "^[A-Za-z0-9][A-Za-z0-9._-]*$" = {
    form = "a provider name";
    example = "anthropic";
    of = "letters, digits and _ - .";
  };
  "^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9@~_][A-_a-z0-9.:/@~#+-]*$" = {
    form = "a model reference";
    example = "anthropic/claude-sonnet-4-5";
    of = "the provider, a slash, and the model";
  };
  "^[A-Za-z0-9][A-Za-z0-9_-]*$" = {
    form = "a header name";
    example = "X-Team";
    of = "letters, digits, - and _";
  };
  "^[A-Za-z][A-Za-z0-9_-]*$" = {
    form = "an input name";
    example = "area";
    of = "letters, digits, - and _, a letter first";
  };
  "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$" = {
    form = "a language tag";
    example = "en-GB";
    of = "a language as a BCP 47 tag";
  };
  "^[A-Za-z_][A-Za-z0-9_]*$" = {
    form = "a variable name";
    example = "LOG_LEVEL";
    of = "letters, digits and _";
  };
  "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" = {
    form = "a name";
    example = "coder";
    of = "lowercase letters, digits and hyphens";
  };
  "^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?$" = {
    form = "a host";
    example = "api.example.org:8443";
    of = "lowercase, with a port where it has its own";
  };
  "^[a-z0-9]([a-z0-9-]*[a-z0-9])?:[a-z0-9]([a-z0-9-]*[a-z0-9])?$" = {
    form = "a profile reference";
    example = "builtin:coder";
    of = "the source, a colon, and the profile";
  };
  "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,7}$" = {
    form = "a secret name";
    example = "brave.search.default";
    of = "lowercase letters, digits and hyphens, in up to eight parts with dots between them";
  };
  "^[a-z0-9]+([_-][a-z0-9]+)*$" = {
    form = "a skill name";
    example = "release-notes";
    of = "lowercase letters and digits, in words with a hyphen or an underscore between them";
  };
  "^https?://([A-Za-z0-9._-]+|[A-_][0-9A-Fa-f:.]+[A-_])(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@&=%+,;!*$()-]*)?$" = {
    form = "an address";
    example = "https://api.example.org/v1";
    of = "https or http, without a user or a password";
  };
}
