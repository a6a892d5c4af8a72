package manifest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestCanonical(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"keys in order", `{"b": 1, "a": {"d": 1, "c": 2}}`, `{"a":{"c":2,"d":1},"b":1}`},
		{"keys by UTF-16", "{\"\ufb33\": 1, \"\U0001f600\": 2, \"\u20ac\": 3, \"1\": 4}", "{\"1\":4,\"\u20ac\":3,\"\U0001f600\":2,\"\ufb33\":1}"},
		{"a key that begins another", `{"ab": 1, "a": 2, "": 3}`, `{"":3,"a":2,"ab":1}`},
		{"the least escapes", `{"a": "\u0041\/\u00e9\u2028\u007f\u0007\b\t\n\f\r\"\\<&>"}`, "{\"a\":\"A/é\u2028\x7f\\u0007\\b\\t\\n\\f\\r\\\"\\\\<&>\"}"},
		{"integers exactly", `[9007199254740993, -0, 0, 9223372036854775807, 123456789012345678901234567890]`, `[9007199254740993,0,0,9223372036854775807,123456789012345678901234567890]`},
		{"fractions as short as may be", `[0.70, 7e-1, 1.0, 1e0, 0.125, 1E-7, -0.0]`, `[0.7,0.7,1,1,0.125,1e-7,0]`},
		{"other lists as they are", `{"hooks": [2, 1, 1]}`, `{"hooks":[2,1,1]}`},
		{"a set", `{"tools": {"allow": ["read", "grep", "read", "bash"]}}`, `{"tools":{"allow":["bash","grep","read"]}}`},
		{"a set with a text that begins another", `{"sandbox": {"writableRoots": ["docs old", "docs", "docs.old"]}}`, `{"sandbox":{"writableRoots":["docs","docs old","docs.old"]}}`},
		{"a set of objects", `{"permissions": {"rules": [{"tool": "b", "action": "ask"}, {"action": "ask", "tool": "a"}, {"action": "ask", "tool": "b"}, {"tool": "z", "action": "allow"}]}}`,
			`{"permissions":{"rules":[{"action":"allow","tool":"z"},{"action":"ask","tool":"a"},{"action":"ask","tool":"b"}]}}`},
		{"a set below a map", `{"subagents": {"x": {"tools": {"deny": ["b", "a", "b"]}}}}`, `{"subagents":{"x":{"tools":{"deny":["a","b"]}}}}`},
		{"a list that is one value", `{"mcpServers": {"x": {"args": ["b", "a", "b"]}}}`, `{"mcpServers":{"x":{"args":["b","a","b"]}}}`},
		{"scalars", ` [null, true, false, "", [], {}] `, `[null,true,false,"",[],{}]`},
	} {
		got, err := Canonical([]byte(c.text))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.name, got, err, c.want)
		}
	}
	if _, err := Canonical([]byte(`{"a": 1, "a": 2}`)); err == nil {
		t.Error("a duplicate key is canonical")
	}
}

// Where no list is a set, the bytes are those of an implementation of RFC 8785.
func TestCanonicalIsRFC8785(t *testing.T) {
	for _, name := range []string{"minimal", "full"} {
		text := jsontext.Value(base(t, name))
		sorted, err := Canonical(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := text.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
			t.Fatal(err)
		}
		// The sets of the bases are written in order.
		if string(sorted) != string(text) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, sorted, text)
		}
	}
}

func TestDigest(t *testing.T) {
	// nix hash of the empty string
	if got, want := Digest(nil), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A number that is no integer of a manifest is not made one, so that it is reported.
func TestFillDefaultsKeepsNumbers(t *testing.T) {
	filled, problems := FillDefaults([]byte(`{"limits": {"maxTurns": 2e2}, "model": {"temperature": 0.70}}`))
	if len(problems) > 0 || !strings.Contains(string(filled), "2e2") || !strings.Contains(string(filled), "0.70") {
		t.Errorf("%s %v", filled, problems)
	}
}

func TestFillDefaults(t *testing.T) {
	var numbers strings.Builder
	numbers.WriteString(`"context": {"compaction": {"thresholdTokens": 3, "requestThresholdTokens": 4, "retainedTokens": 1, "reservedTokens": 5, "summaryMaxTokens": 1}}`)
	text := `{"schema": "insomnia.pod/v1", "profile": {"name": "x"}, ` + numbers.String() + `,
		"model": {"ref": "a/b", "provider": "a", "id": "b", "wireApi": "anthropic", "contextWindowTokens": 2000, "maxOutputTokens": 10},
		"permissions": {"rules": [{"tool": "read", "action": "allow"}]}, "hooks": [{"event": "PreCompact", "command": ["x"]}],
		"mcpServers": {"m": {"command": "m", "env": {"A": {"value": "1"}}}, "u": {"url": "https://h.example/"}, "s": {"url": "https://h.example/", "type": "sse"}}, "workflows": {"w": {"description": "", "prompt": "", "inputs": [{"name": "a", "type": "string"}]}},
		"subagents": {"s": {"description": "", "prompts": {"system": ""}, "permissions": {"mode": "plan", "default": "deny"}}}}`
	filled, problems := FillDefaults([]byte(text))
	if len(problems) > 0 {
		t.Fatal(Problems(problems))
	}
	m, problems := Decode(filled)
	if len(problems) > 0 {
		t.Fatal(Problems(problems))
	}
	for name, got := range map[string]any{
		"a default of a list":         len(m.Prompts.ContextFiles) == 1 && m.Prompts.ContextFiles[0] == "AGENTS.md",
		"a default of a scalar":       m.Tools.TimeoutSeconds == 600 && m.Profile.Role == "custom",
		"null":                        m.Model.Auth == nil,
		"a missing section":           m.Web.Fetch.RedirectLimit == 5 && m.Sandbox.Filesystem == "workspace-write",
		"an element of a set":         m.Permissions.Rules[0].Pattern == "*",
		"an element of a list":        m.Hooks[0].TimeoutSeconds == 60 && m.Hooks[0].Matcher == "*",
		"an entry of a map":           m.MCPServers["m"].ToolTimeoutSeconds == 120 && *m.MCPServers["m"].Env["A"].Value == "1",
		"a server with an address":    m.MCPServers["u"].Type == "http" && m.MCPServers["s"].Type == "sse" && m.MCPServers["m"].Type == "stdio",
		"a list in an entry":          !m.Workflows["w"].Inputs[0].Required,
		"a section in an entry":       m.Subagents["s"].Tools.Default == "deny",
		"an optional section stays":   m.Subagents["s"].Model == nil,
		"an optional field stays":     m.Limits.MaxCostCents == nil && m.Prompts.Language == nil,
		"what is there stays":         m.Subagents["s"].Permissions.Mode == "plan",
		"what is there in part stays": m.Context.Compaction.Strategy == "summarize" && m.Context.Compaction.ThresholdTokens == 3,
	} {
		if got != true {
			t.Errorf("%s is not right", name)
		}
	}
	again, _ := FillDefaults(filled)
	if string(again) != string(filled) {
		t.Error("filling twice is not filling once")
	}

	empty, problems := FillDefaults([]byte(`{}`))
	if len(problems) > 0 {
		t.Fatal(Problems(problems))
	}
	var missing []string
	for _, p := range Validate(empty) {
		if p.Code != "required" {
			t.Errorf("%+v", p)
		}
		missing = append(missing, p.Path)
	}
	slices.Sort(missing)
	want := []string{
		"context.compaction.requestThresholdTokens", "context.compaction.reservedTokens", "context.compaction.retainedTokens",
		"context.compaction.summaryMaxTokens", "context.compaction.thresholdTokens", "model.contextWindowTokens", "model.id",
		"model.maxOutputTokens", "model.provider", "model.ref", "model.wireApi", "profile.name", "schema",
	}
	if !slices.Equal(missing, want) {
		t.Errorf("nothing filled leaves %v; want %v", missing, want)
	}
	if filled, problems := FillDefaults([]byte(`{"tools": 3, "web": null, "hooks": {}}`)); len(problems) > 0 || !json.Valid(filled) {
		t.Errorf("sections of the wrong type: %s, %v", filled, problems)
	}
}
