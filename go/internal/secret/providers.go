package secret

import "github.com/insomnia-pods/insomnia/go/manifest"

// modelHosts are the hosts of the providers' own APIs, which are called when a
// model has no baseUrl.
var modelHosts = map[manifest.ProviderName]string{
	"anthropic":  "api.anthropic.com",
	"openai":     "api.openai.com",
	"google":     "generativelanguage.googleapis.com",
	"deepseek":   "api.deepseek.com",
	"mistral":    "api.mistral.ai",
	"qwen":       "dashscope-intl.aliyuncs.com",
	"moonshot":   "api.moonshot.ai",
	"xai":        "api.x.ai",
	"zai":        "api.z.ai",
	"openrouter": "openrouter.ai",
	"groq":       "api.groq.com",
}

// searchHosts are the hosts of the services that search the web.
var searchHosts = map[manifest.ProviderName]string{
	"brave":      "api.search.brave.com",
	"exa":        "api.exa.ai",
	"firecrawl":  "api.firecrawl.dev",
	"kagi":       "kagi.com",
	"perplexity": "api.perplexity.ai",
	"serpapi":    "serpapi.com",
	"serper":     "google.serper.dev",
	"tavily":     "api.tavily.com",
}
