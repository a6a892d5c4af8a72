package leaf

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// protecting are the fields that restrict an agent. A launch stops if a runtime cannot
// enforce one of them. Fields that give an agent something, such as sandbox.hostCommands,
// are not included: without them it can do less.
var protecting = [...]string{
	"tools.default", "tools.allow", "tools.deny",
	"mcpServers.*.enabledTools", "mcpServers.*.disabledTools",
	"permissions.mode", "permissions.default",
	"permissions.rules[].tool", "permissions.rules[].pattern", "permissions.rules[].action",
	"sandbox.filesystem", "sandbox.writableRoots", "sandbox.denyRead", "sandbox.readableRoots", "sandbox.maskedFiles",
	"sandbox.network", "sandbox.allowedDomains", "sandbox.inheritEnv",
	"web.search.mode", "web.fetch.enabled", "web.fetch.allowPrivateAddresses",
	"subagents.*.tools.default", "subagents.*.tools.allow", "subagents.*.tools.deny",
	"subagents.*.mcpServers", "subagents.*.skills", "subagents.*.permissions",
	"subagents.*.sandbox.filesystem", "subagents.*.sandbox.writableRoots", "subagents.*.sandbox.denyRead",
	"subagents.*.sandbox.network", "subagents.*.sandbox.allowedDomains",
	"subagents.*.limits.maxTurns", "subagents.*.limits.maxWallSeconds", "subagents.*.limits.maxTokens", "subagents.*.limits.maxCostCents",
	"delegation.ceiling.tools", "delegation.ceiling.permissions",
	"limits.maxTurns", "limits.maxWallSeconds", "limits.maxTokens", "limits.maxCostCents", "limits.maxSubagents", "limits.maxDepth",
}

// Protects reports whether the field restricts the agent.
func (f Field) Protects() bool { return slices.Contains(protecting[:], f.Path) }

// widest is the value at which a protecting field restricts nothing.
var widest = [...]struct{ path, value string }{
	{"tools.default", `"allow"`},
	{"permissions.mode", `"bypass"`},
	{"permissions.default", `"allow"`},
	{"sandbox.filesystem", `"full"`},
	{"sandbox.network", `"full"`},
	{"web.search.mode", `"live"`},
	{"web.fetch.enabled", `true`},
	{"web.fetch.allowPrivateAddresses", `true`},
	{"subagents.*.tools.default", `"allow"`},
	{"subagents.*.sandbox.filesystem", `"full"`},
	{"subagents.*.sandbox.network", `"full"`},
}

// Asks reports whether a value of the field, as decoded by encoding/json, has to be
// enforced. A default does not, unless the field protects: then only the least
// restrictive value does not.
func (f Field) Asks(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case []any:
		// An empty optional list allows nothing, whereas an absent one allows everything.
		if len(v) == 0 {
			return f.Optional && f.Protects()
		}
	case map[string]any:
		if len(v) == 0 {
			return false
		}
	case string:
		if v == "" {
			return false
		}
	}
	for _, w := range widest {
		if w.path == f.Path {
			return !equal(value, w.value)
		}
	}
	switch {
	case f.Protects():
		return true
	case f.Optional && f.Default == "" && !strings.HasPrefix(f.Path, "runtimes."):
		return value != false
	}
	return f.Default == "" || !equal(value, f.Default)
}

func equal(value any, text string) bool {
	var other any
	return json.Unmarshal([]byte(text), &other) == nil && reflect.DeepEqual(value, other)
}
