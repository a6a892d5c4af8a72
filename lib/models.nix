# The models that a profile may name by `model.ref` alone.
#
# Numbers are those that the makers publish for their own API without beta
# headers or surcharges to be asked for: Anthropic platform.claude.com/docs
# "Models overview", OpenAI "Models" reference, Google ai.google.dev "Gemini
# models", DeepSeek api-docs "Models & Pricing", and the model pages of Mistral,
# Alibaba, Moonshot, xAI and Z.ai; collected in November 2026. A model whose
# answer has no published cap of its own gets the cap that we ask for, 32768.
#
# Prices are list prices of the same makers, read in November 2026: Anthropic
# platform.claude.com/docs/en/about-claude/pricing, OpenAI
# developers.openai.com/api/docs/models (each model's page), DeepSeek
# api-docs.deepseek.com/quick_start/pricing; those of Google, Moonshot, xAI, Z.ai and of
# OpenAI's older models as the database models.dev has them (July 2026), grok-4.5 and
# gemini-3.8-flash as resellers that add nothing state them. Where a price depends on the
# length of the prompt or on the hour, it is the highest, so that a limit of cost is not
# passed; a cache write is the shortest. A model whose price was not found has none.
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

  # Prices in thousandths of a US dollar for a million tokens: of input and output, of input
  # from a cache and into it; without the last, that costs what other input does.
  costs = input: output: cacheRead: cacheWrite: {
    prices = {
      input = input * 1000;
      output = output * 1000;
      cacheRead = cacheRead * 1000;
      cacheWrite = cacheWrite * 1000;
    };
  };
  uncached = input: output: {
    prices = {
      input = input * 1000;
      output = output * 1000;
    };
  };

  plain = entry: entry // { reasoning = false; };

  # Prices that several models have.
  opus = costs 5000 25000 500 6250;
  earlyOpus = costs 15000 75000 1500 18750;
  sonnet = costs 3000 15000 300 3750;
  gpt5 = costs 1250 10000 125 1250;
  sol = costs 4000 15000 200 5000;
  gpt5Mini = costs 250 2000 25 250;
  gpt52 = costs 1750 14000 175 1750;
  geminiPro = costs 4000 18000 400 4000;
  deepseekFlash = costs 300 1200 6 300;
  glm4 = costs 600 2200 110 600;
  haiku = costs 1000 5000 100 1250;

  anthropic =
    provider
      {
        name = "anthropic";
        wireApi = "anthropic";
        secret = "anthropic.api.default";
      }
      {
        claude-fable-5-1 = model 1000000 128000 // costs 10000 50000 250 12500;
        claude-opus-5-5 = model 1000000 128000 // costs 4000 20000 200 5000;
        claude-opus-5 = model 1000000 128000 // opus;
        claude-sonnet-5-5 = model 1000000 128000 // costs 2000 10000 100 2500;
        claude-sonnet-5 = model 1000000 128000 // costs 2000 10000 200 2500;
        claude-haiku-5-5 = model 1000000 128000 // costs 500 2500 50 625;
        claude-opus-4-8 = model 1000000 128000 // opus;
        claude-opus-4-7 = model 1000000 128000 // opus;
        claude-opus-4-6 = model 1000000 128000 // opus;
        claude-sonnet-4-6 = model 1000000 128000 // sonnet;
        claude-opus-4-5 = model 200000 64000 // opus;
        claude-sonnet-4-5 = model 200000 64000 // sonnet;
        claude-haiku-4-5 = model 200000 64000 // haiku;
        claude-opus-4-1 = model 200000 32000 // earlyOpus;
        claude-opus-4-0 = model 200000 32000 // earlyOpus;
        claude-sonnet-4-0 = model 200000 64000 // sonnet;
        # The same models by the day of their release.
        claude-opus-4-5-20251101 = model 200000 64000 // opus;
        claude-sonnet-4-5-20250929 = model 200000 64000 // sonnet;
        claude-haiku-4-5-20251001 = model 200000 64000 // haiku;
        claude-opus-4-1-20250805 = model 200000 32000 // earlyOpus;
        claude-opus-4-20250514 = model 200000 32000 // earlyOpus;
        claude-sonnet-4-20250514 = model 200000 64000 // sonnet;
      };

  openai =
    provider
      {
        name = "openai";
        wireApi = "openai-responses";
        secret = "openai.api.default";
      }
      {
        "gpt-6.2-sol" = model 1050000 128000 // sol;
        "gpt-6.1-sol" = model 1050000 128000 // sol;
        "gpt-6-luna" = model 1050000 128000 // costs 200 750 20 250;
        "gpt-6-astra" = model 1050000 128000 // costs 20000 75000 2000 25000;
        "gpt-5.6-sol" = model 1050000 128000 // costs 8000 30000 800 10000;
        "gpt-5.5" = model 1050000 128000 // costs 10000 45000 1000 10000;
        "gpt-5.4" = model 1050000 128000 // costs 5000 22500 500 5000;
        "gpt-5.2" = model 400000 128000 // gpt52;
        "gpt-5.2-codex" = model 400000 128000 // gpt52;
        "gpt-5.1" = model 400000 128000 // gpt5;
        "gpt-5.1-codex" = model 400000 128000 // gpt5;
        "gpt-5.1-codex-max" = model 400000 128000 // gpt5;
        "gpt-5.1-codex-mini" = model 400000 128000 // gpt5Mini;
        "gpt-5" = model 400000 128000 // gpt5;
        "gpt-5-codex" = model 400000 128000 // gpt5;
        "gpt-5-mini" = model 400000 128000 // gpt5Mini;
        "gpt-5-nano" = model 400000 128000 // costs 50 400 5 50;
        "gpt-4.1" = plain (model 1047576 32768) // costs 2000 8000 500 2000;
        "gpt-4.1-mini" = plain (model 1047576 32768) // costs 400 1600 100 400;
        "gpt-4.1-nano" = plain (model 1047576 32768) // costs 100 400 25 100;
        "gpt-4o" = plain (model 128000 16384) // costs 2500 10000 1250 2500;
        "gpt-4o-mini" = plain (model 128000 16384) // costs 150 600 75 150;
        "o1" = model 200000 100000 // costs 15000 60000 7500 15000;
        "o3" = model 200000 100000 // costs 2000 8000 500 2000;
        "o3-mini" = model 200000 100000 // costs 1100 4400 550 1100;
        "o4-mini" = model 200000 100000 // costs 1100 4400 275 1100;
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
        "gemini-3.8-flash" = model 1048576 65536 // uncached 750 3750;
        "gemini-3.1-pro-preview" = model 1048576 65536 // geminiPro;
        "gemini-3-pro-preview" = model 1048576 65536 // geminiPro;
        "gemini-3-flash-preview" = model 1048576 65536 // costs 500 3000 50 500;
        "gemini-2.5-pro" = model 1048576 65536 // costs 2500 15000 250 2500;
        "gemini-2.5-flash" = model 1048576 65536 // costs 300 2500 30 300;
        "gemini-2.5-flash-lite" = model 1048576 65536 // costs 100 400 10 100;
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
        deepseek-flash = model 1000000 384000 // deepseekFlash;
        deepseek-v4-flash = model 1000000 384000 // deepseekFlash;
        deepseek-v4-pro = model 1000000 384000 // costs 1320 3960 44 1320;
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
        "kimi-k2.7-code" = model 262144 32768 // costs 950 4000 190 950;
        "kimi-k2.6" = model 262144 32768 // costs 950 4000 160 950;
        "kimi-k2.5" = model 262144 32768 // costs 600 3000 100 600;
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
        "grok-4.5" = model 500000 32768 // costs 4000 12000 1000 4000;
        "grok-4.3" = model 1000000 32768 // costs 2500 5000 400 2500;
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
        "glm-5" = model 200000 128000 // costs 1000 3200 200 1000;
        "glm-4.7" = model 200000 128000 // glm4;
        "glm-4.6" = model 200000 128000 // glm4;
        "glm-4.5" = model 128000 96000 // glm4;
        "glm-4.5-air" = model 128000 96000 // costs 200 1100 30 200;
      };
in
/**
  The model catalog: what is known of a model by its reference.

  An entry has `contextWindowTokens`, `maxOutputTokens`, `wireApi`, `baseUrl`
  where the wire API is not the provider's own, `prices` in millionths of a US dollar for a
  million tokens where they are known, and `secret`: the name that the built-in profiles
  give to the key of this provider. A model that is not here
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
