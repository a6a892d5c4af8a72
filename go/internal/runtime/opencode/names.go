package opencode

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// The names of tools in the program, and what they are in a manifest. A permission of the
// program is about a tool of the same name but for write and apply_patch, which are edits.
var toolNames = map[string]string{
	"bash": grammar.ToolBash, "read": grammar.ToolRead, "edit": grammar.ToolEdit, "write": grammar.ToolWrite,
	"apply_patch": grammar.ToolEdit, "glob": grammar.ToolGlob, "grep": grammar.ToolGrep, "webfetch": grammar.ToolWebFetch,
	"websearch": grammar.ToolWebSearch, "task": grammar.ToolAgent, "skill": grammar.ToolSkill,
}

// internalTool reports whether a tool only keeps the program's own state or talks with the
// user: invalid is what a call to an unknown tool becomes.
func internalTool(name string) bool {
	switch name {
	case "todowrite", "todoread", "question", "invalid":
		return true
	}
	return false
}

// resourceTools come with an MCP server that has resources. A manifest has no name for
// them: the plugin switches them off, and the guard denies their calls.
var resourceTools = []string{"list_mcp_resources", "list_mcp_resource_templates", "read_mcp_resource"}

// serverKey is the name of an MCP server in the program, so that the tool T of the server
// S is called mcp__S__T there, too: the program puts `_` between the two, and in the place
// of a character that is none of A-Z, a-z, 0-9, `_` and `-`. A dot becomes `_-`, which no
// server's name has, and can so be told from `_`.
func serverKey(server manifest.ServerName) string {
	return "mcp__" + strings.ReplaceAll(string(server), ".", "_-") + "_"
}

// mcpTool is the name in a manifest of a tool of an MCP server.
func mcpTool(name string) (string, bool) {
	server, tool, ok := grammar.SplitMCP(name)
	if !ok {
		return "", false
	}
	return "mcp__" + strings.ReplaceAll(server, "_-", ".") + "__" + tool, true
}

func offer(_ *manifest.Manifest, name string) runtime.Offer {
	if ours, ok := toolNames[name]; ok {
		return runtime.Offer{Tool: ours}
	}
	if ours, ok := mcpTool(name); ok {
		return runtime.Offer{Tool: ours}
	}
	return runtime.Offer{Internal: internalTool(name) || slices.Contains(resourceTools, name)}
}
