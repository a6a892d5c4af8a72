package drivers_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// calls are made by the Pod's own agent and by each subagent.
func calls() []permission.Call {
	var all []permission.Call
	for _, c := range []struct{ tool, value string }{
		{"bash", "git push origin"}, {"bash", "make all"}, {"bash", "cargo build"}, {"read", "/w/a"}, {"read", "/w/docs/private/a"},
		{"edit", "/w/a"}, {"grep", "/w/a"}, {"agent", "scout"}, {"skill", "release-notes"},
		{"mcp__tracker__get", ""}, {"mcp__tracker__delete_project", ""}, {"mcp__files__list", ""}, {"mcp__files__remove", ""},
	} {
		call := permission.Call{Tool: c.tool, Workspace: "/w", Home: "/home/ada"}
		switch grammar.KindOf(c.tool) {
		case grammar.KindCommand:
			call.Command = c.value
		case grammar.KindPath:
			call.Paths = []string{c.value}
		default:
			call.Argument = c.value
		}
		for _, subagent := range []string{"", "scout", "smith"} {
			call.Subagent = subagent
			all = append(all, call)
		}
	}
	return all
}

// Fields that the guard holds change what it decides, or what it says about it.
func TestDeclarationsFitTheGuard(t *testing.T) {
	content := full(t)
	tools := content.(map[string]any)["tools"].(map[string]any)
	tools["allow"] = append(tools["allow"].([]any), "bash", "skill", "mcp__files__*")
	tools["deny"] = []any{"webfetch"}
	smith := content.(map[string]any)["subagents"].(map[string]any)["smith"].(map[string]any)
	allowed := smith["tools"].(map[string]any)
	allowed["allow"] = append(allowed["allow"].([]any), "skill", "mcp__files__*")
	others := map[string][]any{
		"tools.default":                {"allow"},
		"tools.deny":                   {[]any{"read"}},
		"permissions.mode":             {"plan", "bypass"},
		"permissions.default":          {"allow", "deny"},
		"permissions.rules[].tool":     {"edit"},
		"permissions.rules[].pattern":  {"docs/**"},
		"permissions.rules[].action":   {"ask"},
		"subagents.*.tools.default":    {"allow"},
		"subagents.*.mcpServers":       {[]any{"files"}},
		"subagents.*.skills":           {[]any{"release-notes"}},
		"subagents.*.permissions":      {map[string]any{"mode": "ask", "default": "ask", "rules": []any{}}},
		"mcpServers.*.enabledTools":    {[]any{"remove"}},
		"mcpServers.*.disabledTools":   {[]any{"list"}, []any{}},
		"subagents.*.sandbox.denyRead": {[]any{"/w/a"}},
	}
	counted := []string{"limits.maxSubagents", "limits.maxDepth"} // by the server of the guard
	decided := func() string {
		data, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		var m manifest.Manifest
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		guard, err := permission.Parse(&m)
		if err != nil {
			return "" // not a value of this field
		}
		var b strings.Builder
		for _, call := range calls() {
			d := guard.Decide(call)
			fmt.Fprintln(&b, d.Action, d.Pointer, d.Reason)
		}
		return b.String()
	}
	before := decided()
	if before == "" {
		t.Fatal("the guard does not take the manifest")
	}
	for field, declared := range drivers.All()[0].Leaves().All() {
		if declared.By != leaf.Guard || slices.Contains(counted, field.Path) {
			continue
		}
		changes := 0
		eachFlip(content, strings.Split(field.Path, "."), func(value any, set func(any)) {
			values := others[field.Path]
			if values == nil {
				values = flipped(field.Path, value)
			}
			for _, other := range values {
				set(other)
				if after := decided(); after != "" && after != before {
					changes++
				}
			}
			set(value)
		})
		if changes == 0 {
			t.Errorf("the guard decides the same whatever %s is", field.Path)
		}
	}
}
