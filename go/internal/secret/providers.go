package secret

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

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

// UsualHost is the host that a secret is for by its name, as in the library's
// catalog: PROVIDER.api.default, or PROVIDER.search.default. It is a suggestion
// for the user and decides nothing.
func UsualHost(name string) string {
	provider, rest, _ := strings.Cut(name, ".")
	switch kind, _, _ := strings.Cut(rest, "."); kind {
	case "api":
		return modelHosts[manifest.ProviderName(provider)]
	case "search":
		return searchHosts[manifest.ProviderName(provider)]
	}
	return ""
}
