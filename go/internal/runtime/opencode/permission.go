package opencode

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// agent is an agent of the Pod, with what it may do: the Pod's own, or a subagent.
type agent struct {
	// main marks the Pod's own agent, which may ask the user questions.
	main      bool
	tools     manifest.SubagentTools
	rules     []manifest.Rule
	servers   []manifest.ServerName
	skills    []manifest.SkillName
	subagents []manifest.SkillName
}

// may reports whether the agent is offered a tool.
func (a *agent) may(tool string) bool {
	offered, _ := a.tools.Offers(tool)
	return offered
}

// permissions returns the program's own rules, of which the last match decides. They are
// a second lock behind the guard, which is asked first. A tool that is not offered is
// denied, and all others are left to the guard. In a terminal these say ask, so that the
// program asks what the guard wants asked; the plugin answers for what the guard has
// allowed. Without a terminal, the plugin refuses what the guard wants asked.
func (a *agent) permissions(m *manifest.Manifest, headless bool) object {
	open := "ask"
	if headless {
		open = "allow"
	}
	p := object{
		{"*", "deny"},
		// The guard judges paths, and limits end a loop.
		{"external_directory", "allow"}, {"doom_loop", "allow"},
		{"todowrite", "allow"},
	}
	if a.main && !headless {
		p = append(p, member{"question", "allow"})
	}
	add := func(name string, named object) {
		if len(named) > 0 {
			p = append(p, member{name, append(object{{"*", open}}, named...)})
			return
		}
		p = append(p, member{name, open})
	}
	if a.may(grammar.ToolBash) {
		add("bash", a.denied(grammar.ToolBash))
	}
	for _, tool := range []string{grammar.ToolRead, grammar.ToolGlob, grammar.ToolGrep} {
		if a.may(tool) {
			add(tool, nil)
		}
	}
	if a.may(grammar.ToolEdit) || a.may(grammar.ToolWrite) {
		add("edit", nil)
	}
	if a.may(grammar.ToolWebFetch) && m.Web.Fetch.Enabled {
		add("webfetch", nil)
	}
	if a.may(grammar.ToolWebSearch) && m.Web.Search.Mode != "disabled" {
		add("websearch", nil)
	}
	named := func(name string, tool string, names []manifest.SkillName) {
		if !a.may(tool) || len(names) == 0 {
			return
		}
		only := object{{"*", "deny"}}
		for _, n := range names {
			only = append(only, member{string(n), open})
		}
		p = append(p, member{name, append(only, a.denied(tool)...)})
	}
	named("task", grammar.ToolAgent, a.subagents)
	named("skill", grammar.ToolSkill, a.skills)
	return append(append(p, a.mcp(m, open)...), a.closed()...).last()
}

// closed denies the tools for which a rule denies every call: they are not offered.
func (a *agent) closed() object {
	var out object
	for _, rule := range a.rules {
		if rule.Action != "deny" || rule.Pattern != "*" {
			continue
		}
		for _, name := range sorted(toolNames) {
			if grammar.MatchTool(string(rule.Tool), toolNames[name]) {
				if name == "write" || name == "apply_patch" {
					name = "edit" // denying one of them denies the others
				}
				out = append(out, member{name, "deny"})
			}
		}
		for _, server := range a.servers {
			if name, ok := meet(string(rule.Tool), "mcp__"+string(server)+"__*"); ok {
				out = append(out, member{native(server, name), "deny"})
			}
		}
	}
	return out
}

// denied returns the denied patterns of a tool that mean the same to the program: text in
// which only the star is special.
func (a *agent) denied(tool string) object {
	var out object
	for _, rule := range a.rules {
		pattern := string(rule.Pattern)
		if rule.Action != "deny" || string(rule.Tool) != tool || pattern == "*" || strings.ContainsAny(pattern, `\?|[]{}~$`) {
			continue
		}
		out = append(out, member{pattern, "deny"})
	}
	return out
}

// mcp returns the rules for tools of MCP servers. The lists of the agent and of the
// server contain exact names and prefixes, so their intersection is always one of the
// two.
func (a *agent) mcp(m *manifest.Manifest, open string) object {
	allow := a.tools.Allow
	if a.tools.Default == "allow" {
		allow = []manifest.ToolName{"*"}
	}
	var out, denied object
	for _, server := range a.servers {
		prefix := "mcp__" + string(server) + "__"
		full := func(name manifest.ToolName) string {
			if strings.HasPrefix(string(name), "mcp__") {
				return string(name)
			}
			return prefix + string(name)
		}
		enabled := []manifest.ToolName{"*"}
		if list := m.MCPServers[server].EnabledTools; len(list) > 0 {
			enabled = list
		}
		for _, wide := range allow {
			for _, e := range enabled {
				if name, ok := meet(string(wide), full(e)); ok {
					if name, ok = meet(name, prefix+"*"); ok {
						out = append(out, member{native(server, name), open})
					}
				}
			}
		}
		for _, name := range m.MCPServers[server].DisabledTools {
			denied = append(denied, member{native(server, full(name)), "deny"})
		}
		for _, name := range a.tools.Deny {
			if name, ok := meet(string(name), prefix+"*"); ok {
				denied = append(denied, member{native(server, name), "deny"})
			}
		}
	}
	return append(out, denied...)
}

// native returns the program's name of an MCP tool, or of several with a star at the end.
func native(server manifest.ServerName, name string) string {
	return serverKey(server) + "_" + strings.TrimPrefix(name, "mcp__"+string(server)+"__")
}

// meet returns the intersection of two tool names, each of which may end in a star.
func meet(a, b string) (string, bool) {
	switch {
	case grammar.MatchTool(a, strings.TrimSuffix(b, "*")):
		return b, a == b || strings.HasSuffix(a, "*")
	case grammar.MatchTool(b, strings.TrimSuffix(a, "*")):
		return a, strings.HasSuffix(b, "*")
	}
	return "", false
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// last keeps the last member with each name, because readers use its value, in the
// position of the first.
func (o object) last() object {
	seen := map[string]bool{}
	var out object
	for _, m := range slices.Backward(o) {
		if !seen[m.name] {
			seen[m.name] = true
			out = append(out, m)
		}
	}
	slices.Reverse(out)
	return out
}

func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// sorted returns the sorted keys of a map.
func sorted[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
