package resolve

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/locate"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// The hash that we compute of a work tree is the one that Nix records, with
// links, executables, odd names, changes, and files that git does not track.
func TestNarHashAgreesWithNix(t *testing.T) {
	if _, err := exec.LookPath("nix"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix is not installed, and in CI it must be")
		}
		t.Skip("needs nix")
	}
	root := t.TempDir()
	write := func(name, content string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "NIX_CONFIG="+os.Getenv("NIX_CONFIG")+"\nextra-experimental-features = nix-command flakes\n",
			"XDG_CACHE_HOME="+t.TempDir(), "HOME="+t.TempDir())
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %q: %v", name, args, err)
		}
		return string(out)
	}
	write("flake.nix", "{ outputs = { self }: { }; }", 0o644)
	write("bin/run", "#!/bin/sh\n", 0o755)
	write("a b/ü.nix", "1", 0o644)
	write("a-b", "sorts between", 0o644)
	write("a/.hidden", "", 0o600)
	write("deleted", "tracked, and gone", 0o644)
	if err := os.Symlink("../flake.nix", filepath.Join(root, "bin/link")); err != nil {
		t.Fatal(err)
	}
	run("git", "-C", root, "init", "-q")
	run("git", "-C", root, "add", "--all")
	write("flake.nix", "{ outputs = { self }: { changed = 1; }; }", 0o644)
	write(".env", "untracked", 0o644)
	write("empty/untracked", "", 0o644)
	run("git", "-C", root, "rm", "-q", "--cached", "deleted")

	var metadata struct {
		Path   string
		Locked struct{ NarHash string }
	}
	if err := json.Unmarshal([]byte(run("nix", "flake", "metadata", "--json", root)), &metadata); err != nil {
		t.Fatal(err)
	}
	ours, err := locate.TrackedNarHash(t.Context(), flake.Ref{Dir: root, GitRoot: root})
	if err != nil {
		t.Fatal(err)
	}
	if ours != metadata.Locked.NarHash {
		t.Errorf("tracked files: %s, Nix recorded %s", ours, metadata.Locked.NarHash)
	}
	if ours, err = locate.NarHash(root); err != nil {
		t.Fatal(err)
	}
	if theirs := strings.TrimSpace(run("nix", "hash", "path", root)); ours != theirs {
		t.Errorf("all files: %s, nix hash path says %s", ours, theirs)
	}
}
