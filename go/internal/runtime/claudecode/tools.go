package claudecode

import (
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// plugin is the name of the plugin with the skills, workflows and subagents of a profile;
// the program uses it as a prefix of their names.
const plugin = "pod"

// own is the name of the Pod's own agent in the plugin, which no subagent can have. As an
// agent of the plugin, it can have other tools than the subagents.
const own = "Pod"

// unprefixed removes the prefix of the plugin from a name.
func unprefixed(name string) string { return strings.TrimPrefix(name, plugin+":") }

// subagent returns the manifest's name of a subagent; empty for the Pod's own agent.
func subagent(name string) string {
	if name == plugin+":"+own {
		return ""
	}
	return unprefixed(name)
}

// builtin is a tool of the program, with its name in a manifest, or internal.
type builtin struct {
	name, tool string
	internal   bool
}

// builtins are the tools that a Pod may have. Any other tool is never offered, and calls
// of it are refused.
var builtins = [...]builtin{
	{"Bash", grammar.ToolBash, false},
	{"Read", grammar.ToolRead, false},
	{"Edit", grammar.ToolEdit, false},
	{"NotebookEdit", grammar.ToolEdit, false},
	{"Write", grammar.ToolWrite, false},
	{"Grep", grammar.ToolGrep, false},
	{"Glob", grammar.ToolGlob, false},
	{"WebFetch", grammar.ToolWebFetch, false},
	{"WebSearch", grammar.ToolWebSearch, false},
	{"Agent", grammar.ToolAgent, false},
	{"Skill", grammar.ToolSkill, false},
	// These stop or read work that an approved call has started.
	{"TaskStop", "", true},
	{"TaskOutput", "", true},
	// These ask the user, or keep a list.
	{"AskUserQuestion", "", true},
	{"TodoWrite", "", true},
	{"TaskCreate", "", true},
	{"TaskGet", "", true},
	{"TaskList", "", true},
	{"TaskUpdate", "", true},
}

// named finds a tool of the program.
func named(name string) (builtin, bool) {
	switch name {
	case "Task":
		name = "Agent"
	case "MultiEdit":
		name = "Edit"
	case "SlashCommand":
		name = "Skill"
	case "KillShell", "KillBash":
		name = "TaskStop"
	case "BashOutput", "AgentOutputTool":
		name = "TaskOutput"
	case "web_search": // the tool that the API runs for WebSearch
		name = "WebSearch"
	}
	i := slices.IndexFunc(builtins[:], func(b builtin) bool { return b.name == name })
	if i < 0 {
		return builtin{}, false
	}
	return builtins[i], true
}

// offer translates the name of a tool in a request.
func offer(m *manifest.Manifest, name string) runtime.Offer {
	if server, tool, ok := ours(m, name); ok {
		return runtime.Offer{Tool: "mcp__" + server + "__" + spelled(m, server, tool)}
	}
	if name == "DeferredToolPlaceholder" {
		return runtime.Offer{Internal: true}
	}
	if kind, version, ok := strings.Cut(name, "_20"); ok && kind == "web_search" && len(version) == 6 {
		name = kind
	}
	b, _ := named(name)
	return runtime.Offer{Tool: b.tool, Internal: b.internal}
}

// served reports whether a tool has any effect in a Pod.
func served(m *manifest.Manifest, tool string) bool {
	switch tool {
	case grammar.ToolAgent:
		return len(m.Subagents) > 0 && m.Limits.MaxSubagents > 0 && m.Limits.MaxDepth > 0
	case grammar.ToolWebFetch:
		return m.Web.Fetch.Enabled
	case grammar.ToolWebSearch:
		return m.Web.Search.Mode != "disabled"
	}
	return true
}

// toolNames returns the program's names of the tools that the lists offer, including
// those of MCP servers.
func toolNames(m *manifest.Manifest, t manifest.SubagentTools, uses func(manifest.ServerName) bool) []string {
	var names []string
	for _, b := range builtins {
		if b.internal || offers(t, b.tool) && served(m, b.tool) {
			names = append(names, b.name)
		}
	}
	theirs := servers(m)
	for _, server := range slices.Sorted(maps.Keys(m.MCPServers)) {
		if !uses(server) {
			continue
		}
		prefix, to := "mcp__"+string(server)+"__", "mcp__"+theirs[server]+"__"
		s := m.MCPServers[server]
		switch {
		case len(s.EnabledTools) > 0:
			for _, tool := range s.EnabledTools {
				if offers(t, prefix+string(tool)) && !slices.Contains(s.DisabledTools, tool) {
					names = append(names, to+mangled(string(tool)))
				}
			}
		case t.Default == "allow" || slices.ContainsFunc(t.Allow, func(n manifest.ToolName) bool { return grammar.CoversTool(string(n), prefix+"*") }):
			names = append(names, to+"*")
		default:
			for _, n := range t.Allow {
				if tool, ok := strings.CutPrefix(string(n), prefix); ok {
					start, star := strings.CutSuffix(tool, "*")
					if start = mangled(start); star {
						start += "*"
					}
					names = append(names, to+start)
				}
			}
		}
	}
	return names
}

func offers(t manifest.SubagentTools, tool string) bool {
	yes, _ := t.Offers(tool)
	return yes
}
