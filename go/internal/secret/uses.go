package secret

import (
	"maps"
	"slices"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Use is one place of a manifest that refers to a secret.
type Use struct {
	// Path and Pointer are the place in the manifest: model.auth and /model/auth.
	Path    string `json:"path"`
	Pointer string `json:"pointer"`
	// Name is the name of the secret.
	Name string `json:"name"`
	// To is who would get it.
	To Destination `json:"to"`
}

// Uses lists every reference to a secret in a manifest, in a fixed order: the
// model, web search, MCP servers by name, subagents by name.
func Uses(m *manifest.Manifest) []Use {
	var uses []Use
	add := func(name manifest.SecretName, to Destination, keys ...string) {
		use := Use{Name: string(name), To: to}
		for i, key := range keys { // none of these keys needs quoting or escaping
			if i > 0 {
				use.Path += "."
			}
			use.Path += key
			use.Pointer += "/" + key
		}
		uses = append(uses, use)
	}
	if m.Model.Auth != nil {
		add(m.Model.Auth.Name, modelHost(m.Model), "model", "auth")
	}
	if m.Web.Search.Auth != nil {
		add(m.Web.Search.Auth.Name, searchHost(m), "web", "search", "auth")
	}
	for _, name := range slices.Sorted(maps.Keys(m.MCPServers)) {
		server := m.MCPServers[name]
		for _, key := range slices.Sorted(maps.Keys(server.Env)) {
			if value := server.Env[key]; value.Type != "" {
				add(value.Name, serverCommand(server), "mcpServers", string(name), "env", string(key))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(server.Headers)) {
			if value := server.Headers[key]; value.Type != "" {
				add(value.Name, serverHost(server), "mcpServers", string(name), "headers", string(key))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Subagents)) {
		if model := m.Subagents[name].Model; model != nil && model.Auth != nil {
			add(model.Auth.Name, modelHost(*model), "subagents", string(name), "model", "auth")
		}
	}
	return uses
}

// Names are the names of the secrets in a list of uses, each once, in order.
func Names(uses []Use) []string {
	names := map[string]bool{}
	for _, use := range uses {
		names[use.Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}
