package drivers_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/prompt"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Another value of each field that has a few; others get a value of the same kind.
var others = map[string][]any{
	"model.effort":                       {"low", "medium"},
	"subagents.*.effort":                 {"low", "medium"},
	"mcpServers.*.type":                  {"http", "stdio", "sse"},
	"web.search.mode":                    {"disabled", "cached"},
	"context.compaction.strategy":        {"off"},
	"hooks[].event":                      {"Stop", "PostToolUse"},
	"hooks[].matcher":                    {"mcp__tracker__get", "bash"},
	"workflows.*.inputs[].type":          {"boolean"},
	"memory.scope":                       {"user"},
	"runtimes.codex.verbosity":           {"low", "high"},
	"skills.*.allowedTools":              {[]any{"bash"}, []any{}},
	"workflows.*.inputs[].name":          {"region"},
	"context.compaction.model":           {"anthropic/claude-opus-4-1"},
	"model.small":                        {"anthropic/claude-opus-4-1"},
	"subagents.*.model":                  {map[string]any{"ref": "anthropic/x", "provider": "anthropic", "id": "x", "wireApi": "anthropic", "effort": "max"}},
	"mcpServers.*.cwd":                   {"/srv"},
	"mcpServers.*.startupTimeoutSeconds": {float64(500)}, // above the longest of the others
	"mcpServers.*.toolTimeoutSeconds":    {float64(500)},
}

// implied are fields that programs see by others: the type of a server is whether it has
// a command or an address.
var implied = []string{"mcpServers.*.type"}

// flipped are other values of a field.
func flipped(path string, value any) []any {
	if values := others[path]; values != nil {
		return values
	}
	switch v := value.(type) {
	case bool:
		return []any{!v}
	case float64:
		return []any{v + 1000, max(v-1, 1)}
	case string:
		return []any{v + "x"}
	case []any:
		if len(v) == 0 {
			return []any{[]any{"x"}}
		}
		return []any{v[1:], v[:len(v)-1], append(slices.Clone(v), "x")}
	case map[string]any:
		var all []any
		for key := range v {
			without := maps.Clone(v)
			delete(without, key)
			all = append(all, without)
		}
		return append(all, map[string]any{"X": map[string]any{"value": "x"}})
	}
	return nil
}

// eachFlip calls a function for each value that a path leads to, with what sets it.
func eachFlip(value any, path []string, do func(value any, set func(any))) {
	object, _ := value.(map[string]any)
	name, isList := strings.CutSuffix(path[0], "[]")
	keys := []string{name}
	if name == "*" {
		keys = slices.Sorted(maps.Keys(object))
	}
	for _, key := range keys {
		below, there := object[key]
		items, _ := below.([]any)
		switch {
		case !there:
		case len(path) == 1:
			do(below, func(to any) { object[key] = to })
		case isList:
			for _, item := range items {
				eachFlip(item, path[1:], do)
			}
		default:
			eachFlip(below, path[1:], do)
		}
	}
}

// full is the manifest of the conformance corpus with every field set.
func full(t *testing.T) any {
	t.Helper()
	data, err := os.ReadFile("../../../../checks/conformance/bases/full.json")
	if err != nil {
		t.Fatal(err)
	}
	var content any
	if err := json.Unmarshal(data, &content); err != nil {
		t.Fatal(err)
	}
	return content
}

// A driver that declares a field as enforced by its program sets something for it, and
// one that declares it as without effect does not. The test changes each field of a
// manifest that has them all, and compares the plans.
func TestDeclarationsFitThePlans(t *testing.T) {
	content := full(t)
	tools := content.(map[string]any)["tools"].(map[string]any)
	tools["allow"] = append(tools["allow"].([]any), "skill", "webfetch", "websearch")
	model := content.(map[string]any)["model"].(map[string]any)
	workspace := t.TempDir()
	for _, d := range drivers.All() {
		plan := func() []byte {
			data, err := json.Marshal(content)
			if err != nil {
				t.Fatal(err)
			}
			var m manifest.Manifest
			if err := json.Unmarshal(data, &m); err != nil {
				return nil // not a value of this field
			}
			p, err := d.Plan(runtime.Launch{Manifest: &m, Pod: "pod", Workspace: workspace, State: "/run/pod/agent", Files: "/run/pod/files",
				Insomnia: "/bin/insomnia", Guard: "/run/pod/guard.sock", Gateway: "http://127.0.0.1:4100", Token: "token",
				System: prompt.Compose(&m, workspace, "/home/ada").Text, Session: "019b7f02-8c00-7abc-8def-0123456789ab"})
			if err != nil {
				return nil
			}
			text, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		for field, declared := range d.Leaves().All() {
			if declared.By != leaf.Program && declared.Class != leaf.Unsupported || slices.Contains(implied, field.Path) {
				continue
			}
			changes, tried := 0, 0
			budget := model["thinkingBudgetTokens"]
			for _, budget := range []any{budget, nil} { // which may take the place of an effort
				if changes > 0 {
					break
				}
				model["thinkingBudgetTokens"] = budget
				before := plan()
				if before == nil {
					t.Fatalf("%s has no plan for a manifest with every field", d.Name)
				}
				eachFlip(content, strings.Split(field.Path, "."), func(value any, set func(any)) {
					for _, other := range flipped(field.Path, value) {
						set(other)
						if after := plan(); after != nil {
							tried++
							if !bytes.Equal(before, after) {
								changes++
							}
						}
					}
					set(value)
				})
			}
			model["thinkingBudgetTokens"] = budget
			switch {
			case tried == 0 && declared.By == leaf.Program:
				t.Errorf("%s: no other value of %s was tried", d.Name, field.Path)
			case declared.By == leaf.Program && changes == 0:
				t.Errorf("%s says that its program holds %s, and sets nothing", d.Name, field.Path)
			case declared.Class == leaf.Unsupported && len(declared.Values) == 0 && changes > 0:
				t.Errorf("%s says that %s has no effect, and sets something (%d of %d values)", d.Name, field.Path, changes, tried)
			}
		}
	}
}
