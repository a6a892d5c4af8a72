package secret

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Use is one place of a manifest that gets a secret.
type Use struct {
	// Path is the field, such as model.auth; text with several secrets is the field of each.
	Path string `json:"path"`
	// Pointer is the place of the reference: /model/auth, and in text with secrets
	// /mcpServers/x/headers/Authorization/refs/0.
	Pointer string `json:"pointer"`
	// Name is the name of the secret.
	Name string `json:"name"`
	// To is the destination.
	To Destination `json:"to"`
}

// Uses lists every reference to a secret in a manifest, in a fixed order: the
// model, web search, MCP servers by name, services by name, subagents by name. A secret that text has
// twice is listed once.
func Uses(m *manifest.Manifest) []Use {
	var uses []Use
	add := func(name manifest.SecretName, to Destination, at place) {
		uses = append(uses, Use{Path: at.path, Pointer: at.pointer, Name: string(name), To: to})
	}
	text := func(secret *manifest.SecretText, to Destination, at place) {
		switch {
		case secret == nil:
		case secret.Type == manifest.SecretRefType:
			add(secret.Name, to, at)
		default:
			names := secret.Names()
			for i, name := range names {
				if !slices.Contains(names[:i], name) {
					add(name, to, place{at.path, at.pointer + "/refs/" + strconv.Itoa(i)})
				}
			}
		}
	}
	model := func(m *manifest.Model, at place) {
		if m.Auth != nil {
			add(m.Auth.Name, modelHost(*m), at.field("auth"))
		}
		for _, key := range slices.Sorted(maps.Keys(m.Headers)) {
			text(m.Headers[key].Secret(), modelHost(*m), at.field("headers").field(string(key)))
		}
	}
	model(&m.Model, in("model"))
	if m.Web.Search.Auth != nil {
		add(m.Web.Search.Auth.Name, searchHost(m), in("web", "search", "auth"))
	}
	for _, name := range slices.Sorted(maps.Keys(m.MCPServers)) {
		server, at := m.MCPServers[name], in("mcpServers", string(name))
		for i, arg := range server.Args {
			text(arg.Secret, serverCommand(server), at.field("args").element(i))
		}
		for _, key := range slices.Sorted(maps.Keys(server.Env)) {
			text(server.Env[key].Secret(), serverCommand(server), at.field("env").field(string(key)))
		}
		if server.URL != nil {
			text(server.URL.Secret, serverHost(server), at.field("url"))
		}
		for _, key := range slices.Sorted(maps.Keys(server.Headers)) {
			text(server.Headers[key].Secret(), serverHost(server), at.field("headers").field(string(key)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sandbox.Services)) {
		if service := m.Sandbox.Services[name]; service.Auth != nil {
			text(&service.Auth.Value, urlHost(manifest.URL("https://"+service.Host+"/")), in("sandbox", "services", string(name), "auth", "value"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Subagents)) {
		if own := m.Subagents[name].Model; own != nil {
			model(own, in("subagents", string(name), "model"))
		}
	}
	return uses
}

// place is a path and a pointer to the same field. No key of it needs quoting or escaping.
type place struct{ path, pointer string }

func in(keys ...string) place { return place{strings.Join(keys, "."), "/" + strings.Join(keys, "/")} }

func (p place) field(key string) place { return place{p.path + "." + key, p.pointer + "/" + key} }

func (p place) element(i int) place {
	return place{fmt.Sprintf("%s[%d]", p.path, i), fmt.Sprintf("%s/%d", p.pointer, i)}
}

// Names are the names of the secrets in a list of uses, each once, in order.
func Names(uses []Use) []string {
	names := map[string]bool{}
	for _, use := range uses {
		names[use.Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}
