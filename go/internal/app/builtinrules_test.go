package app_test

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// builtin resolves a built-in profile.
func builtin(t *testing.T, name string) *manifest.Manifest {
	t.Helper()
	r := &resolve.Resolver{Library: insomnia.Library, Version: "test", Dir: t.TempDir(), CacheDir: t.TempDir()}
	selected, err := reference.Parse("builtin:"+name, r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := r.Resolve(context.Background(), selected, resolve.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, problems := manifest.Decode(resolved.Manifest)
	if len(problems) > 0 {
		t.Fatalf("builtin:%s: %v", name, problems)
	}
	return m
}

func guardOf(t *testing.T, m *manifest.Manifest) *permission.Guard {
	t.Helper()
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

// The rules of the built-in profiles are those of the grammar, and do what they
// read: there is nothing to warn of.
func TestBuiltinRules(t *testing.T) {
	entries, err := fs.ReadDir(insomnia.Library, "profiles")
	if err != nil {
		t.Fatal(err)
	}
	profiles := 0
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		profiles++
		m := builtin(t, entry.Name())
		if len(m.Permissions.Rules) == 0 {
			t.Errorf("builtin:%s has no rules", entry.Name())
		}
		guardOf(t, m)
		for _, w := range permission.Warnings(m) {
			t.Errorf("builtin:%s: %s: %s: %s", entry.Name(), w.Pointer, w.Code, w.Message)
		}
	}
	if profiles < 9 {
		t.Errorf("%d profiles", profiles)
	}
}

// What a role does not do, the guard denies, whatever the arguments: the tools are
// not offered.
func TestBuiltinRoles(t *testing.T) {
	for name, denied := range map[string][]string{
		"reviewer": {"edit", "write", "bash", "agent", "webfetch", "websearch"}, "reviewer-cheap": {"edit", "write", "bash", "agent"},
		"researcher": {"edit", "write", "bash"}, "researcher-fast": {"edit", "write", "bash", "webfetch"},
		"orchestrator": {"edit", "write", "bash"}, "coder": {"agent", "webfetch", "websearch"},
	} {
		m := builtin(t, name)
		guard := guardOf(t, m)
		for _, tool := range denied {
			call := permission.Call{Tool: tool, Command: "true", Paths: []string{"/srv/app/x"}, URL: "https://example.com",
				Argument: "explorer", Workspace: "/srv/app", Home: "/home/ada"}
			if d := guard.Decide(call); d.Action != "deny" {
				t.Errorf("builtin:%s %s: %s (%s)", name, tool, d.Action, d.Reason)
			}
			for subagent := range m.Subagents {
				call.Subagent = string(subagent)
				if d := guard.Decide(call); d.Action != "deny" {
					t.Errorf("builtin:%s %s of %s: %s (%s)", name, tool, subagent, d.Action, d.Reason)
				}
			}
		}
	}
}

// Each command of the coder's table gets its verdict.
func TestBuiltinCoderCommands(t *testing.T) {
	const file = "../../../checks/permissions/coder.tsv"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	guard := guardOf(t, builtin(t, "coder"))
	number, commands := 0, 0
	for line := range strings.Lines(string(text)) {
		number++
		want, command, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			continue
		}
		commands++
		d := guard.Decide(permission.Call{Tool: "bash", Command: command, Workspace: "/srv/app", Home: "/home/ada"})
		if string(d.Action) != want {
			t.Errorf("%s:%d: %q: %s (%s), must be %s", file, number, command, d.Action, d.Reason, want)
		}
	}
	if commands < 300 {
		t.Errorf("%d commands", commands)
	}
}

// What the coder's file tools may do.
func TestBuiltinCoderFiles(t *testing.T) {
	guard := guardOf(t, builtin(t, "coder"))
	for _, c := range []struct {
		tool, path string
		want       manifest.Action
	}{
		{"read", "/srv/app/src/x.go", "allow"}, {"grep", "/srv/app", "allow"}, {"glob", "/srv/app/src", "allow"},
		{"edit", "/srv/app/src/x.go", "allow"}, {"write", "/srv/app/new.go", "allow"},
		{"read", "/etc/passwd", "ask"}, {"grep", "/srv", "ask"}, {"edit", "/srv/other/x", "ask"}, {"write", "/home/ada/.bashrc", "ask"},
		{"read", "/srv/app/.git/config", "allow"},
		{"edit", "/srv/app/.git/config", "ask"}, {"write", "/srv/app/.git/hooks/pre-commit", "ask"}, {"write", "/srv/app/vendor/x/.git/config", "ask"},
		{"write", "/srv/app/.git", "ask"}, {"write", "/srv/app/HEAD", "ask"}, {"write", "/srv/app/src/HEAD", "allow"}, {"edit", "/srv/app/.gitignore", "allow"}, {"edit", "/srv/app/.github/workflows/x.yml", "allow"},
	} {
		call := permission.Call{Tool: c.tool, Paths: []string{c.path}, Workspace: "/srv/app", Home: "/home/ada"}
		if d := guard.Decide(call); d.Action != c.want {
			t.Errorf("%s %s: %s (%s), must be %s", c.tool, c.path, d.Action, d.Reason, c.want)
		}
	}
}
