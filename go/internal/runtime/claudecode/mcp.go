package claudecode

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// mangled returns a name in the form that the program uses in the names of tools.
func mangled(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, name)
}

// servers returns the names of the MCP servers in the program. It writes a.b as a_b, so
// servers whose names would collide get a number.
func servers(m *manifest.Manifest) map[manifest.ServerName]string {
	names := make(map[manifest.ServerName]string, len(m.MCPServers))
	taken := map[string]bool{}
	for name := range m.MCPServers {
		if mangled(string(name)) == string(name) {
			names[name], taken[string(name)] = string(name), true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.MCPServers)) {
		if names[name] != "" {
			continue
		}
		free := mangled(string(name))
		for i := 2; taken[free]; i++ {
			free = mangled(string(name)) + "-" + strconv.Itoa(i)
		}
		names[name], taken[free] = free, true
	}
	return names
}

// ours splits the program's name of an MCP tool into the manifest's server and the tool
// as the program writes it.
func ours(m *manifest.Manifest, name string) (server, tool string, ok bool) {
	rest, ok := strings.CutPrefix(name, "mcp__")
	if !ok {
		return "", "", false
	}
	for server, theirs := range servers(m) {
		if tool, ok := strings.CutPrefix(rest, theirs+"__"); ok && tool != "" {
			return string(server), tool, true
		}
	}
	return "", "", false
}

// spellings returns the possible manifest names of a server's tool that the program
// writes as tool: x.y in the manifest becomes x_y.
func spellings(m *manifest.Manifest, server, tool string) []string {
	names := []string{tool}
	prefix := "mcp__" + server + "__"
	add := func(list []manifest.ToolName) {
		for _, n := range list {
			name := strings.TrimPrefix(string(n), prefix)
			if mangled(name) == tool && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	rules := func(p manifest.Permissions) {
		for _, r := range p.Rules {
			add([]manifest.ToolName{r.Tool})
		}
	}
	rules(m.Permissions)
	add(m.Tools.Allow)
	add(m.Tools.Deny)
	for _, s := range m.Subagents {
		rules(s.Permissions)
		add(s.Tools.Allow)
		add(s.Tools.Deny)
	}
	if m.Delegation != nil && m.Delegation.Ceiling != nil {
		if p := m.Delegation.Ceiling.Permissions; p != nil {
			rules(*p)
		}
		if t := m.Delegation.Ceiling.Tools; t != nil {
			add(t.Allow)
			add(t.Deny)
		}
	}
	slices.Sort(names[1:])
	return names
}

// spelled returns the name of a tool as the manifest spells it, in the lists of its
// server or else anywhere.
func spelled(m *manifest.Manifest, server, tool string) string {
	s := m.MCPServers[manifest.ServerName(server)]
	for _, list := range [][]manifest.ToolName{s.DisabledTools, s.EnabledTools} {
		for _, n := range list {
			if mangled(string(n)) == tool {
				return string(n)
			}
		}
	}
	names := spellings(m, server, tool)
	return names[min(1, len(names)-1)]
}

// enabled reports whether the lists of a server leave a tool on, under any of its
// spellings.
func enabled(s manifest.MCPServer, tool string) bool {
	is := func(n manifest.ToolName) bool { return mangled(string(n)) == tool }
	return !slices.ContainsFunc(s.DisabledTools, is) && (len(s.EnabledTools) == 0 || slices.ContainsFunc(s.EnabledTools, is))
}

// writer writes JSON in parts, because secrets are filled in later.
type writer struct {
	parts []runtime.Part
	text  strings.Builder
}

func (w *writer) literal(format string, args ...any) { fmt.Fprintf(&w.text, format, args...) }

// string writes a JSON string.
func (w *writer) string(s string) {
	text, _ := json.Marshal(s)
	w.text.Write(text)
}

// inside writes the inside of a JSON string. The program expands ${NAME}, so `${` is
// written in a way that survives the expansion unchanged.
func (w *writer) inside(s string) {
	text, _ := json.Marshal(strings.ReplaceAll(s, "${", "${INSOMNIA_NO_SUCH:-$}{"))
	w.text.Write(text[1 : len(text)-1])
}

func (w *writer) secret(pointer string) {
	w.flush()
	w.parts = append(w.parts, runtime.Part{Secret: pointer, JSON: true})
}

func (w *writer) flush() {
	if w.text.Len() > 0 {
		w.parts = append(w.parts, runtime.Part{Literal: w.text.String()})
		w.text.Reset()
	}
}

// secretText writes text with secrets as a JSON string.
func (w *writer) secretText(at string, t manifest.SecretText) {
	w.literal(`"`)
	if t.Type == manifest.SecretRefType {
		w.secret(at)
	} else {
		pieces, _ := t.Template.Pieces()
		for i, piece := range pieces {
			w.inside(piece)
			if i < len(t.Refs) && i < len(pieces)-1 {
				w.secret(at + "/refs/" + strconv.Itoa(i))
			}
		}
	}
	w.literal(`"`)
}

func (w *writer) plain(s string) {
	w.literal(`"`)
	w.inside(s)
	w.literal(`"`)
}

// values writes an object of variables or headers.
func (w *writer) values(at string, values map[string]manifest.EnvValue) {
	w.literal("{")
	for i, name := range slices.Sorted(maps.Keys(values)) {
		if i > 0 {
			w.literal(",")
		}
		w.string(name)
		w.literal(":")
		v := values[name]
		if v.Value != nil {
			w.plain(*v.Value)
		} else {
			w.secretText(at+"/"+escaped(name), manifest.SecretText{Type: v.Type, Name: v.Name, Template: v.Template, Refs: v.Refs})
		}
	}
	w.literal("}")
}

// escaped returns a key escaped for a JSON Pointer.
func escaped(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }

func byText[K ~string, V any](values map[K]V) map[string]V {
	texts := make(map[string]V, len(values))
	for k, v := range values {
		texts[string(k)] = v
	}
	return texts
}

// mcpConfig returns the configuration of the MCP servers in the program's format.
func mcpConfig(m *manifest.Manifest) []runtime.Part {
	w := &writer{}
	names := servers(m)
	w.literal(`{"mcpServers":{`)
	for i, name := range slices.Sorted(maps.Keys(m.MCPServers)) {
		s := m.MCPServers[name]
		at := "/mcpServers/" + escaped(string(name))
		if i > 0 {
			w.literal(",")
		}
		w.string(names[name])
		w.literal(`:{"type":"%s",`, s.Type)
		if s.Type == "stdio" {
			w.command(at, s)
		} else {
			w.literal(`"url":`)
			switch {
			case s.URL == nil:
				w.literal(`""`)
			case s.URL.Secret != nil:
				w.secretText(at+"/url", *s.URL.Secret)
			default:
				w.plain(string(s.URL.Text))
			}
			w.literal(`,"headers":`)
			w.values(at+"/headers", byText(s.Headers))
		}
		w.literal("}")
	}
	w.literal("}}")
	w.flush()
	return w.parts
}

// command writes the command that starts a server. The program starts it in the
// workspace, so a shell changes to another directory if necessary.
func (w *writer) command(at string, s manifest.MCPServer) {
	command := ""
	if s.Command != nil {
		command = string(*s.Command)
	}
	w.literal(`"command":`)
	if s.Cwd == nil {
		w.plain(command)
		w.literal(`,"args":[`)
	} else {
		w.plain("/bin/sh")
		script, dir := `cd -- "$0" && exec "$@"`, string(*s.Cwd)
		if below, ok := strings.CutPrefix(dir, "~/"); ok {
			script, dir = `cd -- "$HOME/$0" && exec "$@"`, below
		}
		w.literal(`,"args":["-c",`)
		for _, word := range []string{script, dir} {
			w.plain(word)
			w.literal(",")
		}
		w.plain(command)
		if len(s.Args) > 0 {
			w.literal(",")
		}
	}
	for i, a := range s.Args {
		if i > 0 {
			w.literal(",")
		}
		if a.Secret != nil {
			w.secretText(at+"/args/"+strconv.Itoa(i), *a.Secret)
		} else {
			w.plain(string(a.Text))
		}
	}
	w.literal(`],"env":`)
	w.values(at+"/env", byText(s.Env))
}
