//go:build linux

package sandbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// plainRoom is a room for which no walls are built.
func plainRoom(t *testing.T) *room {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &room{T: t, home: dir + "/home", workspace: dir + "/home/src/shop"}
	if err := os.MkdirAll(r.workspace, 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *room) link(target, path string) {
	r.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		r.Fatal(err)
	}
}

func TestDenials(t *testing.T) {
	r := plainRoom(t)
	for _, path := range []string{"~/.ssh/id", "~/.ssh/keys/old", "~/.netrc", "~/real/secret", ".env", ".env.local", "a/.env", "a/b/c/d.pem", "a/b/x.pem", "node/key.txt", "[x].pem",
		"conf/prod", "dir.pem/inner/file", "~/.aws/credentials"} {
		s := Spec{Workspace: r.workspace, Home: r.home}
		r.write(s.place(path), "x")
	}
	r.link(r.home+"/real", r.home+"/linked")
	r.link("conf/prod", r.workspace+"/.env.prod")
	r.link("/", r.workspace+"/root.pem")
	r.link("..", r.workspace+"/up.pem")
	r.link("loop.pem", r.workspace+"/loop.pem")
	r.link(".", r.workspace+"/a/again")
	if err := os.Link(r.home+"/.netrc", r.workspace+"/a/netrc-copy"); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(r.home+"/.ssh/keys/old", r.workspace+"/a/b/old-key"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ globs, want string }{
		{"~/.ssh/**", "a/b/old-key ~/.ssh"},
		{"~/.ssh/id", "~/.ssh/id"},
		{"~/.s?h/[i-k]d", "~/.ssh/id"},
		{"~/.{ssh,aws}/**", "a/b/old-key ~/.aws ~/.ssh"},
		{"~/.netrc", "a/netrc-copy ~/.netrc"},
		{"~/linked/**", "~/real"},
		{"~/linked/secret", "~/real/secret"},
		{".env", ".env"},
		{"**/.env", ".env a/.env"},
		{".env.*", ".env.local conf/prod"},
		{"**/*.pem", "[x].pem a/b/c/d.pem a/b/x.pem dir.pem"},
		{`\[x\].pem`, "[x].pem"},
		{"a/*/x.pem", "a/b/x.pem"},
		{"a/**", "a"},
		{"a/** a/b/x.pem", "a"},
		{"missing/** ~/.gnupg/**", ""},
	} {
		s := Spec{Manifest: &manifest.Manifest{}, Workspace: r.workspace, Home: r.home}
		s.Manifest.Sandbox.Filesystem = workspaceWrite
		for _, glob := range strings.Fields(test.globs) {
			s.Manifest.Sandbox.DenyRead = append(s.Manifest.Sandbox.DenyRead, manifest.PathGlob(glob))
		}
		found, problem := s.denials()
		var got []string
		for _, d := range found {
			if name, ok := strings.CutPrefix(d.path, r.workspace+"/"); ok {
				got = append(got, name)
			} else {
				got = append(got, strings.Replace(d.path, r.home, "~", 1))
			}
		}
		slices.Sort(got)
		if problem != "" || strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q %s\nwant %s", test.globs, got, problem, test.want)
		}
	}
}

// What cannot be looked at as a whole stops the start, unless the user does without it.
func TestDenialsLimits(t *testing.T) {
	r := plainRoom(t)
	for _, name := range []string{"a.pem", "b.pem", "c.pem", "d/e/f.pem"} {
		r.write(r.workspace+"/"+name, "x")
	}
	s := Spec{Manifest: &manifest.Manifest{}, Workspace: r.workspace, Home: r.home}
	s.Manifest.Sandbox.Filesystem = workspaceWrite
	s.Manifest.Sandbox.DenyRead = []manifest.PathGlob{"**/*.pem"}
	m := Mechanism{Kind: Bubblewrap}
	if gaps := m.Gaps(s); len(gaps) != 0 {
		t.Errorf("gaps: %+v", gaps)
	}
	looked, search, denied, entries := maxLooked, maxSearch, maxDenied, maxEntries
	defer func() { maxLooked, maxSearch, maxDenied, maxEntries = looked, search, denied, entries }()
	for name, limit := range map[string]func(){
		"entries": func() { maxLooked = 3 }, "time": func() { maxSearch = -time.Second }, "matches": func() { maxDenied = 2 }, "one directory": func() { maxEntries = 2 },
	} {
		maxLooked, maxSearch, maxDenied, maxEntries = looked, search, denied, entries
		limit()
		gaps := m.Gaps(s)
		if len(gaps) != 1 || gaps[0].Pointer != "/sandbox/denyRead" || gaps[0].Remedy == "" {
			t.Errorf("%s: %+v", name, gaps)
		}
		without := s
		without.Unenforced = []string{"/sandbox/denyRead"}
		if gaps := m.Gaps(without); len(gaps) != 0 {
			t.Errorf("%s: %+v", name, gaps)
		}
	}
}

// A link that an agent has laid leads no root out of where it may write.
func TestRoots(t *testing.T) {
	r := plainRoom(t)
	r.write(r.home+"/.cache/go/x", "x")
	r.write(r.home+"/.ssh/id", "x")
	r.write(r.home+"/disk/cache/x", "x")
	r.write(r.workspace+"/src/x", "x")
	r.write(r.workspace+"/file", "x")
	r.link(r.home+"/.ssh", r.workspace+"/build")
	r.link("src", r.workspace+"/lib")
	r.link(r.home+"/.ssh", r.home+"/.cache/npm")
	r.link(r.home+"/disk/cache", r.home+"/.npm")
	r.link(r.home, r.home+"/all")
	r.link("/", r.home+"/top")
	for _, test := range []struct{ roots, want string }{
		{"", "WS"},
		{"src", "WS/src"},
		{"lib", "WS/src"},
		{"build", "error"},
		{"file missing", ""},
		{"~/.cache", "WS ~/.cache"},
		{"~/.npm", "WS ~/disk/cache"},
		{"~/.cache ~/.cache/npm", "error"},
		{"~/.cache ~/.cache/go", "WS ~/.cache ~/.cache/go"},
		{"~/all", "error"},
		{"~/top", "error"},
		{"~/missing", "WS"},
	} {
		s := Spec{Manifest: &manifest.Manifest{}, Workspace: r.workspace, Home: r.home}
		s.Manifest.Sandbox.Filesystem = workspaceWrite
		for _, root := range strings.Fields(test.roots) {
			s.Manifest.Sandbox.WritableRoots = append(s.Manifest.Sandbox.WritableRoots, manifest.Directory(root))
		}
		roots, err := s.writable()
		got := strings.ReplaceAll(strings.ReplaceAll(strings.Join(roots, " "), r.workspace, "WS"), r.home, "~")
		if err != nil {
			got = "error"
		}
		if got != test.want {
			t.Errorf("%s: %s %v\nwant %s", test.roots, got, err, test.want)
		}
	}
}
