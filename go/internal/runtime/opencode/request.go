package opencode

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// agentHeader is set by the plugin on each request. It contains the program's name of the
// agent, unless that is the Pod's own.
const agentHeader = "X-Insomnia-Agent"

func request(h http.Header) runtime.Request {
	r := runtime.Request{Session: h.Get("X-Session-Id")}
	if agent := h.Get(agentHeader); slices.Contains(hiddenAgents, agent) {
		r.Side = agent
	} else {
		r.Subagent = agent
		if agent != "" {
			r.Agent = r.Session
		}
	}
	return r
}

// declined reports whether the program rejected a call before it asked the plugin: an
// unknown tool, an input that is not JSON, or an interruption by the user.
func declined(tool, text string) bool {
	return tool == "invalid" || strings.HasPrefix(text, "Model tried to call unavailable tool ") ||
		strings.HasPrefix(text, "The arguments provided to the tool are invalid: ") ||
		text == "Tool execution aborted" || text == "[Tool execution was interrupted]"
}

// unserved returns what a manifest requires and the program cannot safely provide.
func unserved(m *manifest.Manifest) []runtime.Unserved {
	var out []runtime.Unserved
	add := func(pointer, format string, args ...any) {
		out = append(out, runtime.Unserved{Pointer: pointer, Why: fmt.Sprintf(format, args...)})
	}
	for _, name := range sorted(m.Subagents) {
		if slices.Contains(hiddenAgents, string(name)) {
			add("/subagents/"+string(name), "has an agent of its own with this name")
		}
		if own := m.Subagents[name].Model; own != nil && (own.WireAPI != m.Model.WireAPI || own.Provider != m.Model.Provider) {
			add("/subagents/"+string(name)+"/model", "gives subagents models of the Pod's provider only")
		}
	}
	for _, name := range sorted(m.MCPServers) {
		s := m.MCPServers[name]
		for i, a := range s.Args {
			if a.Secret != nil {
				add(fmt.Sprintf("/mcpServers/%s/args/%d", name, i), "would show the secret in the arguments of a process")
			}
		}
		names := func(field string, list []manifest.ToolName) {
			for i, tool := range list {
				dotted(add, fmt.Sprintf("/mcpServers/%s/%s/%d", name, field, i), string(tool))
			}
		}
		names("enabledTools", s.EnabledTools)
		names("disabledTools", s.DisabledTools)
	}
	lists := func(at string, allow, deny []manifest.ToolName, rules []manifest.Rule) {
		for i, tool := range allow {
			dotted(add, fmt.Sprintf("%s/tools/allow/%d", at, i), string(tool))
		}
		for i, tool := range deny {
			dotted(add, fmt.Sprintf("%s/tools/deny/%d", at, i), string(tool))
		}
		for i, rule := range rules {
			dotted(add, fmt.Sprintf("%s/permissions/rules/%d/tool", at, i), string(rule.Tool))
		}
	}
	lists("", m.Tools.Allow, m.Tools.Deny, m.Permissions.Rules)
	for _, name := range sorted(m.Subagents) {
		s := m.Subagents[name]
		lists("/subagents/"+string(name), s.Tools.Allow, s.Tools.Deny, s.Permissions.Rules)
	}
	return out
}

// dotted rejects the name of a tool that the program cannot distinguish from another.
func dotted(add func(pointer, format string, args ...any), pointer, name string) {
	tool := name
	if _, t, ok := grammar.SplitMCP(name); ok {
		tool = t
	}
	if strings.ContainsAny(tool, ".:") {
		add(pointer, "writes `.` and `:` in the names of tools as `_`, and cannot tell `%s` from others", name)
	}
}
