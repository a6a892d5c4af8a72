{ insomnia }:
{
  description = "The base";
  model = {
    ref = "acme/one";
    wireApi = "openai-chat";
    contextWindowTokens = 100000;
    maxOutputTokens = 10000;
  };
  prompts.append = [ "base" ];
  permissions.rules = [
    {
      tool = "bash";
      pattern = "git push*";
      action = "ask";
    }
    {
      tool = "edit";
      action = "allow";
    }
  ];
  web.search.provider = "brave";
  web.search.auth = insomnia.lib.secrets.ref "brave.search.default";
  web.search.mode = "cached";
}
