// Package provider lists the providers of models and of web search whose hosts are
// known, and the conventional names of the secrets that they are called with:
// PROVIDER.api.default and PROVIDER.search.default.
//
// The names are written for the Nix library too (lib/schema/providers.json).
package provider

import "strings"

// Provider is a service that is called with a secret.
type Provider struct {
	Name string
	// Host is the host of its own API.
	Host string
}

// Models are the providers of models.
var Models = [...]Provider{
	{"anthropic", "api.anthropic.com"},
	{"deepseek", "api.deepseek.com"},
	{"google", "generativelanguage.googleapis.com"},
	{"groq", "api.groq.com"},
	{"mistral", "api.mistral.ai"},
	{"moonshot", "api.moonshot.ai"},
	{"openai", "api.openai.com"},
	{"openrouter", "openrouter.ai"},
	{"qwen", "dashscope-intl.aliyuncs.com"},
	{"xai", "api.x.ai"},
	{"zai", "api.z.ai"},
}

// Searches are the services that search the web.
var Searches = [...]Provider{
	{"brave", "api.search.brave.com"},
	{"exa", "api.exa.ai"},
	{"firecrawl", "api.firecrawl.dev"},
	{"kagi", "kagi.com"},
	{"perplexity", "api.perplexity.ai"},
	{"serpapi", "serpapi.com"},
	{"serper", "google.serper.dev"},
	{"tavily", "api.tavily.com"},
}

// Ends of the conventional names of secrets.
const (
	modelSecret  = ".api.default"
	searchSecret = ".search.default"
)

// ModelHost returns the host of a provider of models; empty if it is not known.
func ModelHost(name string) string { return host(Models[:], name) }

// SearchHost returns the host of a service that searches; empty if it is not known.
func SearchHost(name string) string { return host(Searches[:], name) }

func host(all []Provider, name string) string {
	for _, p := range all {
		if p.Name == name {
			return p.Host
		}
	}
	return ""
}

// OfModelSecret returns the provider of models that a secret is for by its
// conventional name; empty if the name is not one of those.
func OfModelSecret(secret string) string { return of(Models[:], secret, modelSecret) }

// OfSearchSecret is OfModelSecret for services that search.
func OfSearchSecret(secret string) string { return of(Searches[:], secret, searchSecret) }

func of(all []Provider, secret, end string) string {
	name, found := strings.CutSuffix(secret, end)
	if !found || host(all, name) == "" {
		return ""
	}
	return name
}

// UsualHost is the host that a secret is for by its name: PROVIDER.api.… or
// PROVIDER.search.…. It is a suggestion for the user and decides nothing.
func UsualHost(secret string) string {
	name, rest, _ := strings.Cut(secret, ".")
	switch kind, _, _ := strings.Cut(rest, "."); kind {
	case "api":
		return ModelHost(name)
	case "search":
		return SearchHost(name)
	}
	return ""
}

// ModelBase returns the base address of a provider's own API, without a slash at its end;
// empty if it is not known. anthropic asks for the API of Anthropic's dialect, else it is
// that of OpenAI's.
func ModelBase(name string, anthropic bool) string {
	host := ModelHost(name)
	if host == "" || anthropic != (name == "anthropic") {
		return ""
	}
	path := map[string]string{
		"google": "/v1beta/openai", "groq": "/openai/v1", "mistral": "/v1", "moonshot": "/v1", "openai": "/v1",
		"openrouter": "/api/v1", "qwen": "/compatible-mode/v1", "xai": "/v1", "zai": "/api/paas/v4",
	}
	return "https://" + host + path[name]
}
