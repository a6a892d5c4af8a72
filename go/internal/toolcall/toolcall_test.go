package toolcall_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// site is a home directory with a workspace, which have files and links.
func site(t *testing.T) (*toolcall.Site, string) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"home/.ssh/id", "home/w/src/main.go", "home/w/secrets/key", "home/w/.env", "home/other/deep/file", "home/other/.env"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"home/w/link": "../other/deep", "home/w/to-secrets": "secrets", "home/w/env": ".env", "home/w/abs": root + "/home/.ssh", "home/w/loop": "loop", "linked": "home/w",
		"home/w/new": "secrets/new",
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := toolcall.Open(root+"/linked", root+"/home")
	if err != nil {
		t.Fatal(err)
	}
	if s.Workspace != root+"/home/w" {
		t.Errorf("the workspace is %s", s.Workspace)
	}
	return s, root
}

// Rules about paths hold for what a path leads to, however it is written.
func TestPaths(t *testing.T) {
	s, root := site(t)
	m := &manifest.Manifest{Permissions: manifest.Permissions{Mode: "ask", Default: "ask"}}
	m.Tools.Default = "allow"
	for _, rule := range []string{"deny edit secrets/**", "deny read **/.env", "deny read ~/.ssh/**", "allow edit **", "allow read **", "allow grep **", "allow bash cat", "allow bash true"} {
		parts := strings.SplitN(rule, " ", 3)
		m.Permissions.Rules = append(m.Permissions.Rules, manifest.Rule{Action: manifest.Action(parts[0]), Tool: manifest.ToolName(parts[1]), Pattern: manifest.Pattern(parts[2])})
	}
	guard, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(root+"/home/w/secrets/key", root+"/home/w/hard"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ tool, directory, value, want string }{
		{"edit", "", "src/main.go", "allow"},
		{"edit", "", "src/../src/new.go", "allow"},
		{"edit", "", "secrets/key", "deny"},
		{"edit", "", "to-secrets/key", "deny"},
		{"edit", "", "to-secrets/not/yet", "deny"},
		{"edit", "", "new", "deny"}, // a link to what does not exist
		{"edit", "", "src/../to-secrets/key", "deny"},
		{"edit", "", "ROOT/linked/secrets/key", "deny"},
		{"edit", "", "ROOT/home/w/secrets/key", "deny"},
		{"edit", "", "/proc/self/cwd/secrets/key", "deny"},
		{"edit", "", "/proc/self/root/ROOT/home/w/secrets/key", "deny"},
		{"edit", "", "/proc/self/root/proc/self/cwd/src/main.go", "allow"},
		{"edit", "src", "main.go", "allow"},
		{"edit", "src", "../secrets/key", "deny"},
		{"edit", "secrets", "key", "deny"},
		{"edit", "to-secrets", "key", "deny"},
		{"edit", "", "link/file", "ask"},
		{"edit", "", "link/../src/main.go", "ask"},     // the file system: other/src/main.go
		{"edit", "", "link/../../w/secrets/x", "deny"}, // and so this is in secrets
		{"edit", "", "link/../secrets/x", "deny"},      // some programs take `..` away first
		{"edit", "", "~/w/secrets/key", "deny"},
		{"read", "", "env", "deny"},
		{"read", "", "abs/id", "deny"},
		{"read", "", "~/.ssh/id", "deny"},
		{"read", "", "abs/../.ssh/id", "deny"},
		{"read", "", "hard", "allow"}, // a hard link is a name like any other: the gap that docs name
		{"grep", "", "src/main.go", "allow"},
		{"grep", "", ".", "ask"},
		{"grep", "", "env", "deny"},
		{"bash", "", "cat < env", "deny"},
		{"bash", "", "cat < src/main.go", "allow"},
		{"bash", "", "cat < abs/id", "deny"},
		{"bash", "", "true > new", "deny"},
		{"bash", "", "true > link/../../w/secrets/x", "deny"},
		{"bash", "", "true > link/../x", "ask"},
		{"bash", "", "cd link && true > ../../w/secrets/x", "deny"},
		{"bash", "", "cd link && true", "ask"},
		{"bash", "link", "true", "ask"},
		{"bash", "src", "true > ../secrets/x", "deny"},
		{"bash", "src", "true > /proc/self/cwd/../secrets/x", "deny"},
		{"bash", "", "cat < /proc/self/root/ROOT/home/w/.env", "deny"},
		{"bash", "", "true > loop", "ask"},
	} {
		call := permission.Call{Tool: c.tool, Directory: c.directory}
		value := strings.ReplaceAll(c.value, "ROOT", root)
		if grammar.KindOf(c.tool) == grammar.KindCommand {
			call.Command = value
		} else {
			call.Paths = []string{value}
		}
		prepared, err := s.Prepare(call)
		if err != nil {
			t.Errorf("%s %s: %v", c.tool, c.value, err)
			continue
		}
		if d := guard.Decide(prepared); string(d.Action) != c.want {
			t.Errorf("in %q: %s %s, which is %v: %s (%s), must be %s", c.directory, c.tool, c.value, prepared.Paths, d.Action, d.Reason, c.want)
		}
	}
}

// What cannot be told is no call that may pass.
func TestUnknownPaths(t *testing.T) {
	s, _ := site(t)
	for _, call := range []permission.Call{
		{Tool: "read", Paths: []string{"loop"}}, {Tool: "read", Paths: []string{"src/main.go", "loop/x"}}, {Tool: "edit", Paths: []string{"/proc/self/fd/3"}},
		{Tool: "bash", Command: "true", Directory: "loop"}, {Tool: "read", Paths: []string{strings.Repeat("x/", 4096)}},
	} {
		if _, err := s.Prepare(call); err == nil {
			t.Errorf("%v: no error", call.Paths)
		}
	}
	if _, err := toolcall.Open("relative", "/"); err == nil {
		t.Error("a relative workspace: no error")
	}
}
