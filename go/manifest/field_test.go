package manifest

import (
	"slices"
	"testing"
)

func TestLeaves(t *testing.T) {
	leaves, err := Leaves([]byte(`{"model":{"auth":{"_type":"insomnia.secret-ref/v1","name":"a"}},"mcpServers":{"a.b":{"env":{"X":{"value":"1"}},
		"args":["x"]}},"skills":{},"permissions":{"rules":[{"tool":"bash"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, leaf := range leaves {
		line := leaf.Path + " " + leaf.Pointer + " " + string(leaf.Value)
		if leaf.Secret {
			line += " secret"
		}
		got = append(got, line)
	}
	want := []string{
		`model.auth /model/auth {"_type":"insomnia.secret-ref/v1","name":"a"} secret`,
		`mcpServers."a.b".env.X /mcpServers/a.b/env/X {"value":"1"} secret`,
		`mcpServers."a.b".args /mcpServers/a.b/args ["x"]`,
		`skills /skills {}`,
		`permissions.rules /permissions/rules [{"tool":"bash"}]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nnot\n%q", got, want)
	}
	if _, err := Leaves([]byte(`{"a":1,"a":2}`)); err == nil {
		t.Error("a key stands twice, and there is no error")
	}
}

func TestField(t *testing.T) {
	for _, test := range []struct {
		path     []string
		known    bool
		fallback string
	}{
		{[]string{"limits", "maxTurns"}, true, "200"},
		{[]string{"model", "temperature"}, true, ""},
		{[]string{"mcpServers", "x", "required"}, true, "false"},
		{[]string{"mcpServers", "x", "nothing"}, false, ""},
		{[]string{"nothing"}, false, ""},
	} {
		fallback, known := Field(test.path)
		if known != test.known || string(fallback) != test.fallback {
			t.Errorf("%v: %v %s", test.path, known, fallback)
		}
	}
	names := FieldNames()
	for _, name := range []string{"permissions", "permissions.mode", "context.compaction.thresholdTokens", "model.auth"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not among the names", name)
		}
	}
}

func TestInSecretSlot(t *testing.T) {
	for pointer, want := range map[string]bool{
		"": false, "/model": false, "/model/auth": true, "/model/auth/name": true, "/model/auth/value/x": true, "/model/ref": false,
		"/web/search/auth/_type": true, "/mcpServers/a/env": false, "/mcpServers/a/env/TOKEN": true, "/mcpServers/a/env/TOKEN/vaule": true,
		"/mcpServers/a/headers/X-Key": true, "/mcpServers/a/args/0": false, "/mcpServers/a/args/0/name": true, "/mcpServers/a/args/0/refs/0": true,
		"/mcpServers/a/args/0/value": false, "/mcpServers/a/url": false, "/mcpServers/a/url/template": true, "/mcpServers/a/env/TOKEN/template": true,
		"/sandbox/services/a/auth/header": false, "/sandbox/services/a/auth/value": true, "/sandbox/services/a/auth/value/refs/0/name": true,
		"/subagents/a/model/auth": true, "/overrides/model/auth": true, "/nonsense/auth": false,
	} {
		if got := InSecretSlot(pointer); got != want {
			t.Errorf("%s: %t", pointer, got)
		}
	}
}
