# The models that a profile may name by `model.ref` alone.
#
# Numbers are those that the makers publish for their own API without beta
# headers or surcharges to be asked for: Anthropic platform.claude.com/docs
# "Models overview", OpenAI "Models" reference, Google ai.google.dev "Gemini
# models", DeepSeek api-docs "Models & Pricing", and the model pages of Mistral,
# Alibaba, Moonshot, xAI and Z.ai; collected in November 2026. A model whose
# answer has no published cap of its own gets the cap that we ask for, 32768.
#
# `contextWindowTokens` is input and output together. `reasoning = false` marks
# a model that takes no reasoning effort.
let
  # A provider: what its models share, then a line for each model.
  provider =
    shared: models:
    builtins.listToAttrs (
      map (id: {
        name = "${shared.name}/${id}";
        value = builtins.removeAttrs shared [ "name" ] // models.${id};
      }) (builtins.attrNames models)
    );

  model = contextWindowTokens: maxOutputTokens: { inherit contextWindowTokens maxOutputTokens; };

  plain = entry: entry // { reasoning = false; };

  anthropic =
    provider
      {
        name = "anthropic";
        wireApi = "anthropic";
        secret = "anthropic.api.default";
      }
      {
        claude-fable-5-1 = model 1000000 128000;
        claude-opus-5-5 = model 1000000 128000;
        claude-opus-5 = model 1000000 128000;
        claude-sonnet-5-5 = model 1000000 128000;
        claude-sonnet-5 = model 1000000 128000;
        claude-haiku-5-5 = model 1000000 128000;
        claude-opus-4-8 = model 1000000 128000;
        claude-opus-4-7 = model 1000000 128000;
        claude-opus-4-6 = model 1000000 128000;
        claude-sonnet-4-6 = model 1000000 128000;
        claude-opus-4-5 = model 200000 64000;
        claude-sonnet-4-5 = model 200000 64000;
        claude-haiku-4-5 = model 200000 64000;
        claude-opus-4-1 = model 200000 32000;
        claude-opus-4-0 = model 200000 32000;
        claude-sonnet-4-0 = model 200000 64000;
        # The same models by the day of their release.
        claude-opus-4-5-20251101 = model 200000 64000;
        claude-sonnet-4-5-20250929 = model 200000 64000;
        claude-haiku-4-5-20251001 = model 200000 64000;
        claude-opus-4-1-20250805 = model 200000 32000;
        claude-opus-4-20250514 = model 200000 32000;
        claude-sonnet-4-20250514 = model 200000 64000;
      };

  openai =
    provider
      {
        name = "openai";
        wireApi = "openai-responses";
        secret = "openai.api.default";
      }
      {
        "gpt-6.2-sol" = model 1050000 128000;
        "gpt-6.1-sol" = model 1050000 128000;
        "gpt-6-astra" = model 1050000 128000;
        "gpt-5.6-sol" = model 1050000 128000;
        "gpt-5.5" = model 1050000 128000;
        "gpt-5.4" = model 1050000 128000;
        "gpt-5.2" = model 400000 128000;
        "gpt-5.2-codex" = model 400000 128000;
        "gpt-5.1" = model 400000 128000;
        "gpt-5.1-codex" = model 400000 128000;
        "gpt-5.1-codex-max" = model 400000 128000;
        "gpt-5.1-codex-mini" = model 400000 128000;
        "gpt-5" = model 400000 128000;
        "gpt-5-codex" = model 400000 128000;
        "gpt-5-mini" = model 400000 128000;
        "gpt-5-nano" = model 400000 128000;
        "gpt-4.1" = plain (model 1047576 32768);
        "gpt-4.1-mini" = plain (model 1047576 32768);
        "gpt-4.1-nano" = plain (model 1047576 32768);
        "gpt-4o" = plain (model 128000 16384);
        "gpt-4o-mini" = plain (model 128000 16384);
        "o1" = model 200000 100000;
        "o3" = model 200000 100000;
        "o3-mini" = model 200000 100000;
        "o4-mini" = model 200000 100000;
        "codex-mini-latest" = model 200000 100000;
      };

  google =
    provider
      {
        name = "google";
        wireApi = "openai-chat";
        baseUrl = "https://generativelanguage.googleapis.com/v1beta/openai/";
        secret = "google.api.default";
      }
      {
        "gemini-3.8-flash" = model 1048576 65536;
        "gemini-3.1-pro-preview" = model 1048576 65536;
        "gemini-3-pro-preview" = model 1048576 65536;
        "gemini-3-flash-preview" = model 1048576 65536;
        "gemini-2.5-pro" = model 1048576 65536;
        "gemini-2.5-flash" = model 1048576 65536;
        "gemini-2.5-flash-lite" = model 1048576 65536;
      };

  deepseek =
    provider
      {
        name = "deepseek";
        wireApi = "openai-chat";
        baseUrl = "https://api.deepseek.com";
        secret = "deepseek.api.default";
      }
      {
        deepseek-flash = model 1000000 384000;
        deepseek-v4-flash = model 1000000 384000;
        deepseek-v4-pro = model 1000000 384000;
      };

  mistral =
    provider
      {
        name = "mistral";
        wireApi = "openai-chat";
        baseUrl = "https://api.mistral.ai/v1";
        secret = "mistral.api.default";
        reasoning = false;
      }
      {
        mistral-large-latest = model 262144 32768;
        mistral-medium-latest = model 131072 32768;
        mistral-small-latest = model 131072 32768;
        codestral-latest = model 262144 32768;
      };

  qwen =
    provider
      {
        name = "qwen";
        wireApi = "openai-chat";
        baseUrl = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1";
        secret = "qwen.api.default";
      }
      {
        qwen3-max = model 262144 65536;
        qwen3-coder-plus = plain (model 1000000 65536);
        qwen3-coder-flash = plain (model 1000000 65536);
      };

  moonshot =
    provider
      {
        name = "moonshot";
        wireApi = "openai-chat";
        baseUrl = "https://api.moonshot.ai/v1";
        secret = "moonshot.api.default";
      }
      {
        "kimi-k2.7-code" = model 262144 32768;
        "kimi-k2.6" = model 262144 32768;
        "kimi-k2.5" = model 262144 32768;
      };

  xai =
    provider
      {
        name = "xai";
        wireApi = "openai-chat";
        baseUrl = "https://api.x.ai/v1";
        secret = "xai.api.default";
      }
      {
        "grok-4.5" = model 500000 32768;
        "grok-4.3" = model 1000000 32768;
        grok-4 = model 256000 32768;
        grok-4-fast-reasoning = model 2000000 32768;
        grok-4-fast-non-reasoning = plain (model 2000000 32768);
        grok-code-fast-1 = model 256000 32768;
      };

  zai =
    provider
      {
        name = "zai";
        wireApi = "openai-chat";
        baseUrl = "https://api.z.ai/api/paas/v4";
        secret = "zai.api.default";
      }
      {
        "glm-5" = model 200000 128000;
        "glm-4.7" = model 200000 128000;
        "glm-4.6" = model 200000 128000;
        "glm-4.5" = model 128000 96000;
        "glm-4.5-air" = model 128000 96000;
      };
in
/**
  The model catalog: what is known of a model by its reference.

  An entry has `contextWindowTokens`, `maxOutputTokens`, `wireApi`, `baseUrl`
  where the wire API is not the provider's own, and `secret`: the name that the
  built-in profiles give to the key of this provider. A model that is not here
  is used by giving the first three under `model`.

  # Type

  ```
  models :: { ${ref} :: { contextWindowTokens :: Int; maxOutputTokens :: Int; wireApi :: String; … } }
  ```

  # Examples

  ```nix
  models."anthropic/claude-sonnet-4-5".contextWindowTokens
  => 200000
  ```
*/
anthropic // openai // google // deepseek // mistral // qwen // moonshot // xai // zai
