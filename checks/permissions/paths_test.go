//go:build unix

package permissions

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// The names of one file on a real disk: through links, "..", another case and the
// directory of a process. Hard links are the gap: no path shows them.
func TestNamesOfOneFile(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	workspace := filepath.Join(root, "app")
	for _, dir := range []string{"secrets", "out"} {
		if err := os.MkdirAll(filepath.Join(workspace, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(workspace, "secrets/key"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"link": "secrets", "alias": "secrets/key", "far": "../app/secrets", "out/chain": "../link"} {
		if err := os.Symlink(target, filepath.Join(workspace, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(filepath.Join(workspace, "secrets/key"), filepath.Join(workspace, "hard")); err != nil {
		t.Fatal(err)
	}
	real := func(name string) string {
		if found, err := filepath.EvalSymlinks(name); err == nil {
			return found
		}
		return name
	}
	m := &manifest.Manifest{Permissions: manifest.Permissions{Mode: "auto", Default: "allow"}}
	m.Tools.Default = "allow"
	m.Permissions.Rules = append(rules("deny", "read", "secrets/**"), rules("deny", "edit", "secrets/**")...)
	guard := parse(t, m)

	for _, c := range []struct {
		name     string
		foldCase bool
		resolved manifest.Action // where the caller resolves the path
		written  manifest.Action // where it does not
	}{
		{"secrets/key", false, "deny", "deny"},
		{"./secrets//key", false, "deny", "deny"},
		{"out/../secrets/key", false, "deny", "deny"},
		{"../app/secrets/key", false, "deny", "deny"},
		{workspace + "/secrets/key", false, "deny", "deny"},
		{"link/key", false, "deny", "allow"},
		{"alias", false, "deny", "allow"},
		{"far/key", false, "deny", "allow"},
		{"out/chain/key", false, "deny", "allow"},
		{"SECRETS/Key", true, "deny", "deny"},
		{"SECRETS/Key", false, "allow", "allow"}, // another file here
		{"/proc/self/root" + workspace + "/secrets/key", false, "deny", "ask"},
		{"hard", false, "allow", "allow"},
		{"out/f", false, "allow", "allow"},
	} {
		path := c.name
		if !filepath.IsAbs(path) {
			path = filepath.Join(workspace, path)
		}
		if _, err := os.Stat("/proc/self/root"); err != nil && filepath.IsAbs(c.name) && c.written == "ask" {
			continue
		}
		call := permission.Call{Workspace: workspace, Home: "/home/ada", FoldCase: c.foldCase}
		for _, tool := range []string{"read", "grep", "glob", "edit", "write"} {
			call := call
			call.Tool, call.Paths = tool, []string{real(path)}
			if d := guard.Decide(call); d.Action != c.resolved {
				t.Errorf("%s %s: %s (%s), must be %s", tool, c.name, d.Action, d.Reason, c.resolved)
			}
		}
		for _, command := range []string{"cat < " + c.name, "true >> " + c.name} {
			call := call
			call.Tool, call.Command = "bash", command
			if d := guard.Decide(call); d.Action != c.written {
				t.Errorf("%s: %s (%s), must be %s", command, d.Action, d.Reason, c.written)
			}
			call.Real = real
			if d := guard.Decide(call); d.Action != c.resolved {
				t.Errorf("%s, resolved: %s (%s), must be %s", command, d.Action, d.Reason, c.resolved)
			}
		}
	}
}
