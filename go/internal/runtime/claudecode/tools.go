package claudecode

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// plugin is the name of the plugin that has the skills, workflows and subagents of a
// profile; the program puts it before their names.
const plugin = "pod"

// unprefixed is a name without that of the plugin.
func unprefixed(name string) string { return strings.TrimPrefix(name, plugin+":") }

// builtin is a tool of the program: what it is in a manifest, or internal.
type builtin struct {
	name, tool string
	internal   bool
}

// builtins are the tools that a Pod may have. A tool that is not here is never offered,
// and a call of it is refused.
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
	// These stop or read what a call that was judged has begun.
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
		return runtime.Offer{Tool: "mcp__" + server + "__" + tool}
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

// served reports whether a tool can do anything in a Pod.
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

// programs are the names of the program's own tools that lists of tools offer.
func programs(m *manifest.Manifest, t manifest.SubagentTools) []string {
	var names []string
	for _, b := range builtins {
		if b.internal || offers(t, b.tool) && served(m, b.tool) {
			names = append(names, b.name)
		}
	}
	return names
}

func offers(t manifest.SubagentTools, tool string) bool {
	yes, _ := t.Offers(tool)
	return yes
}
