package opencode

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// The program's tool names with their names in a manifest. A permission has the name of
// its tool, but write and apply_patch use that of edit.
var toolNames = map[string]string{
	"bash": grammar.ToolBash, "read": grammar.ToolRead, "edit": grammar.ToolEdit, "write": grammar.ToolWrite,
	"apply_patch": grammar.ToolEdit, "glob": grammar.ToolGlob, "grep": grammar.ToolGrep, "webfetch": grammar.ToolWebFetch,
	"websearch": grammar.ToolWebSearch, "task": grammar.ToolAgent, "skill": grammar.ToolSkill,
}

// internalTool reports whether a tool only keeps the program's own state or talks to the
// user. The program turns a call of an unknown tool into invalid.
func internalTool(name string) bool {
	switch name {
	case "todowrite", "todoread", "question", "invalid":
		return true
	}
	return false
}

// resourceTools exist if an MCP server has resources. A manifest has no names for them,
// so the plugin switches them off and the guard denies their calls.
var resourceTools = []string{"list_mcp_resources", "list_mcp_resource_templates", "read_mcp_resource"}

// serverKey returns the program's name of an MCP server, chosen so that the tool T of the
// server S is also called mcp__S__T there. The program joins the two with `_`, and
// replaces each character other than A-Z, a-z, 0-9, `_` and `-` by `_`. A dot becomes
// `_-`, which no server's name contains, so it can be distinguished from `_`.
func serverKey(server manifest.ServerName) string {
	return "mcp__" + strings.ReplaceAll(string(server), ".", "_-") + "_"
}

// mcpTool returns the manifest's name of an MCP server's tool.
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
