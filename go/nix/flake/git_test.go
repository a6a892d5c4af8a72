package flake_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// A shallow clone says the same of its commit as the repository does, but for
// the number of commits, which it does not know.
func TestShallowClone(t *testing.T) {
	dir := write(t, map[string]string{
		"flake.nix": `{ outputs = { self }: { count = self.revCount or "unknown"; rev = self.rev; time = self.lastModified; }; }`,
	})
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", ".")
	for _, message := range []string{"one", "two", "three"} {
		git(t, dir, "commit", "--quiet", "--allow-empty", "-m", message)
	}
	rev, when := git(t, dir, "rev-parse", "HEAD"), git(t, dir, "log", "-1", "--format=%ct")
	clone := filepath.Join(t.TempDir(), "clone")
	git(t, dir, "clone", "--quiet", "--depth=1", "file://"+dir, clone)
	for _, test := range []struct{ dir, count string }{{dir, "3"}, {clone, `"unknown"`}} {
		ref := flake.Ref{Dir: test.dir, GitRoot: test.dir}
		want(t, ref, "count", test.count, flake.Options{})
		want(t, ref, "rev", `"`+rev+`"`, flake.Options{})
		want(t, ref, "time", when, flake.Options{})
	}
}

// A directory is part of the source while one of its tracked files is there.
func TestEmptiedDirectory(t *testing.T) {
	dir := write(t, map[string]string{
		"flake.nix": `{ outputs = { self }: {
			top = builtins.attrNames (builtins.readDir ./.);
			half = builtins.attrNames (builtins.readDir ./half);
			there = builtins.pathExists ./gone;
			link = builtins.pathExists ./link;
		}; }`,
		"gone/a": "", "gone/deep/b": "", "half/deep/a": "", "half/b": "", "link/c": "", "whole/d": "",
	})
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", ".")
	for _, name := range []string{"gone/a", "gone/deep", "half/deep/a", "link"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	os.Mkdir(filepath.Join(dir, "gone/new"), 0o755)
	os.WriteFile(filepath.Join(dir, "gone/new/untracked"), nil, 0o644)
	os.Symlink("whole", filepath.Join(dir, "link"))
	ref := flake.Ref{Dir: dir, GitRoot: dir}
	want(t, ref, "top", `["flake.nix","half","whole"]`, flake.Options{})
	want(t, ref, "half", `["b"]`, flake.Options{})
	want(t, ref, "there", `false`, flake.Options{})
	want(t, ref, "link", `false`, flake.Options{})
}

// What a lock may not name as a repository.
func TestRefusedRepositories(t *testing.T) {
	dir := write(t, map[string]string{
		"flake.nix": `{ outputs = { self, inside, link, proc, place }: {
			inside = inside.outPath; link = link.outPath; proc = proc.outPath; place = place.outPath; }; }`,
		"sub/x": "",
	})
	inside := filepath.Join(dir, "sub")
	git(t, inside, "init", "--quiet")
	git(t, inside, "add", ".")
	git(t, inside, "commit", "--quiet", "-m", "x")
	rev := git(t, inside, "rev-parse", "HEAD")
	way := write(t, map[string]string{"in->": inside})
	sum := narHash(t, inside)
	locked := func(path string) object {
		return object{"flake": false, "locked": object{"type": "git", "url": "file://" + path, "rev": rev, "narHash": sum}}
	}
	lock(t, dir, object{
		"inside": locked(inside),
		"link":   locked(filepath.Join(way, "in")),
		"proc":   locked("/proc/self/cwd"),
		"place":  object{"flake": false, "locked": object{"type": "path", "path": "/dev/fd", "narHash": sum}},
	})
	for _, name := range []string{"inside", "link", "proc", "place"} {
		wantReason(t, flake.Ref{Dir: dir}, name, flake.Refused, flake.Options{})
	}
}

// No git is needed, and none runs.
func TestWithoutGit(t *testing.T) {
	dir := write(t, map[string]string{
		"flake.nix": `{ outputs = { self }: { v = [ self.rev self.revCount self.lastModifiedDate self.narHash ]; }; }`,
	})
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "-m", "x")
	ref := flake.Ref{Dir: dir, GitRoot: dir}
	before, err := output(ref, "v", flake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	want(t, ref, "v", before, flake.Options{})
}
