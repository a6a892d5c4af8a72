package codex

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Names of tools as in requests: NAMESPACE/NAME. Hooks write both as one word.
var (
	// internalTools keep the program's own state, or talk to the user.
	internalTools = []string{
		"wait", "update_plan", "request_user_input", "request_user_input_async", "send_message_to_user_async",
		"get_goal", "create_goal", "update_goal", "clock/sleep", "clock/curr_time", "tool_search",
	}
	// resourceTools read the resources of servers. Codex offers them if there is any
	// server, but every call is denied, because a rule cannot name them.
	resourceTools = []string{"list_mcp_resources", "list_mcp_resource_templates", "read_mcp_resource"}
	// agentTools manage subagents; their namespace depends on the model.
	agentSpaces = []string{"collaboration", "multi_agent_v1"}
	agentTools  = []string{
		"spawn_agent", "followup_task", "interrupt_agent", "list_agents", "send_message", "wait_agent",
		"close_agent", "resume_agent", "send_input",
	}
)

// offer translates the name of an offered tool.
func offer(m *manifest.Manifest, name string) runtime.Offer {
	name = strings.TrimPrefix(name, "functions/")
	switch name {
	case "exec":
		// JavaScript that calls other tools: hooks judge each of those calls.
		return runtime.Offer{Nested: true}
	case "Bash", "exec_command", "shell", "shell_command", "local_shell", "container.exec":
		return runtime.Offer{Tool: grammar.ToolBash}
	case "write_stdin":
		// Writing to a command calls no hook. Commands have no terminal, so nothing can be
		// written to them.
		return runtime.Offer{Tool: grammar.ToolBash, Nested: true}
	case "apply_patch":
		return patchOffer(m)
	case "view_image":
		return runtime.Offer{Tool: grammar.ToolRead}
	case "web_search", "web_search_preview":
		return runtime.Offer{Tool: grammar.ToolWebSearch}
	}
	if internalCalls(name) || slices.Contains(internalTools, name) || slices.Contains(resourceTools, name) {
		return runtime.Offer{Internal: true}
	}
	for _, space := range agentSpaces {
		for _, tool := range agentTools {
			if name == space+"/"+tool || name == space+tool {
				return runtime.Offer{Tool: grammar.ToolAgent}
			}
		}
	}
	if tool, ok := mcpTool(m, name); ok {
		return runtime.Offer{Tool: tool}
	}
	return runtime.Offer{}
}

// patchOffer returns the offer of a patch, which either of two tools permits. Codex
// always offers it to models that it knows; without both tools, every call is denied.
func patchOffer(m *manifest.Manifest) runtime.Offer {
	for _, tool := range []string{grammar.ToolEdit, grammar.ToolWrite} {
		if m != nil && m.Tools.Offers(tool) {
			return runtime.Offer{Tool: tool}
		}
	}
	return runtime.Offer{Internal: true}
}

// internalCalls reports whether a tool, named as in hooks, only keeps the program's own
// state. This includes messages to a subagent, whose start was judged.
func internalCalls(name string) bool {
	for _, tool := range internalTools {
		if name == strings.Replace(tool, "/", "", 1) {
			return true
		}
	}
	for _, space := range agentSpaces {
		for _, tool := range agentTools[1:] {
			if name == space+tool {
				return true
			}
		}
	}
	return false
}

func isSpawn(name string) bool {
	for _, space := range agentSpaces {
		if name == space+agentTools[0] || name == space+"/"+agentTools[0] {
			return true
		}
	}
	return name == agentTools[0]
}

// mcpTool returns the manifest's name of a server's tool. Both mcp__SERVER__TOOL and
// mcp__SERVER/TOOL in a request become mcp__SERVER__TOOL. Codex replaces characters that
// are invalid in an identifier by `_`.
func mcpTool(m *manifest.Manifest, name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, "mcp__")
	if !ok || m == nil {
		return "", false
	}
	for _, server := range serverNames(m) {
		for _, between := range []string{"/", "__/", "__"} {
			tool, ok := strings.CutPrefix(rest, identifier(server)+between)
			if !ok || tool == "" || strings.Contains(tool, "/") {
				continue
			}
			return "mcp__" + server + "__" + named(m.MCPServers[manifest.ServerName(server)], tool), true
		}
	}
	return "", false
}

// named returns the name of a tool as the lists of a server spell it, if Codex spells it
// differently.
func named(server manifest.MCPServer, tool string) string {
	for _, list := range [][]manifest.ToolName{server.EnabledTools, server.DisabledTools} {
		for _, name := range list {
			if identifier(string(name)) == tool {
				return string(name)
			}
		}
	}
	return tool
}

// identifier replaces the characters of a name that are invalid in an identifier by `_`.
func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

// maxMetadata limits the header that describes the purpose of a request.
const maxMetadata = 64 << 10

// request parses the headers of a request.
func request(h http.Header) runtime.Request {
	r := runtime.Request{Session: h.Get("Session-Id")}
	thread := h.Get("Thread-Id")
	var about struct {
		Source string `json:"thread_source"`
	}
	if text := h.Get("X-Codex-Turn-Metadata"); len(text) <= maxMetadata {
		_ = json.Unmarshal([]byte(text), &about) // invalid metadata does not mark a side request
	}
	switch about.Source {
	case "", "user":
	case "subagent":
		r.Subagent = thread
	case "thread_title":
		r.Side = "title"
	default:
		r.Side = about.Source
	}
	if r.Subagent == "" && r.Side == "" && h.Get("X-Openai-Subagent") != "" {
		r.Subagent = thread
	}
	r.Agent = r.Subagent
	return r
}

// refusals lists the prefixes of results that Codex writes itself, before it runs its
// hooks.
var refusals = []string{
	"failed to parse function arguments", "unsupported call: ", "unsupported custom tool call: ",
}

// declined reports whether Codex itself rejected a call. The results of servers are their
// own words, so they prove nothing.
func declined(tool, text string) bool {
	if strings.HasPrefix(tool, "mcp__") {
		return false
	}
	return slices.ContainsFunc(refusals, func(begin string) bool { return strings.HasPrefix(text, begin) })
}
