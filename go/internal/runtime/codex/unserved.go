package codex

import (
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// unserved returns the reasons why Codex cannot serve a manifest.
func unserved(m *manifest.Manifest) []runtime.Unserved {
	var all []runtime.Unserved
	no := func(why string, pointer ...string) {
		all = append(all, runtime.Unserved{Pointer: pointerOf(pointer...), Why: why})
	}
	// Codex has no tools for reading files: it reads them through its shell.
	reads := slices.ContainsFunc([]string{grammar.ToolRead, grammar.ToolGrep, grammar.ToolGlob}, m.Tools.Offers)
	if reads && !m.Tools.Offers(grammar.ToolBash) {
		no("reads files through a shell, which is not offered", "tools")
	}
	for _, name := range agents(m) {
		if model := m.Subagents[manifest.SkillName(name)].Model; model != nil && model.Provider != m.Model.Provider {
			no("has one provider of models for the Pod and its subagents", "subagents", name, "model")
		}
	}
	names := serverNames(m)
	for i, name := range names {
		s := m.MCPServers[manifest.ServerName(name)]
		if i > 0 && slices.ContainsFunc(names[:i], func(other string) bool { return identifier(other) == identifier(name) }) {
			no("writes the names of two servers in the same way", "mcpServers", name)
		}
		if s.Type == "sse" {
			no("has no transport sse", "mcpServers", name, "type")
		}
		for key, value := range s.Env {
			if value.Value == nil {
				no("keeps what it gives to a server in a file, where a secret must not be", "mcpServers", name, "env", string(key))
			}
		}
		for key, value := range s.Headers {
			if value.Value == nil {
				no("keeps what it sends to a server in a file, where a secret must not be", "mcpServers", name, "headers", string(key))
			}
		}
		if s.URL != nil && s.URL.Secret != nil {
			no("keeps the address of a server in a file, where a secret must not be", "mcpServers", name, "url")
		}
		for _, arg := range s.Args {
			if arg.Secret != nil {
				no("gives arguments to a server in the open, where a secret must not be", "mcpServers", name, "args")
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b runtime.Unserved) int { return strings.Compare(a.Pointer, b.Pointer) })
	return all
}

// pointerOf returns a JSON Pointer.
func pointerOf(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	return b.String()
}

// serverNames returns the names of the MCP servers, longest first, since one may be a
// prefix of another.
func serverNames(m *manifest.Manifest) []string {
	names := make([]string, 0, len(m.MCPServers))
	for name := range maps.Keys(m.MCPServers) {
		names = append(names, string(name))
	}
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return names
}
