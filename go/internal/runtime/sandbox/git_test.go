//go:build linux

package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// In a linked work tree git works, with the repository elsewhere: what it runs is decided
// by files that cannot be written.
func TestWorkTree(t *testing.T) {
	r := newRoom(t)
	main := r.workspace
	r.git(main, "commit", "-q", "--allow-empty", "-m", "first")
	r.git(main, "worktree", "add", "-q", r.home+"/src/tree", "-b", "tree")
	r.git(main, "worktree", "add", "-q", r.home+"/src/tree2", "-b", "tree2")
	r.write(main+"/.git/modules/lib/HEAD", "ref: refs/heads/main\n")
	r.write(main+"/.git/modules/lib/config", "[core]\n")
	r.write(main+"/.git/modules/a/b/HEAD", "ref: refs/heads/main\n")
	r.write(main+"/.git/modules/a/b/hooks/pre-commit", "")
	if err := os.RemoveAll(main + "/.git/modules/lib/hooks"); err != nil {
		t.Fatal(err)
	}
	r.workspace = r.home + "/src/tree"
	r.write(r.workspace+"/file", "x")
	common := "C=" + main + "/.git; "
	for script, works := range map[string]bool{
		`git add file && git commit -qm second && git log --oneline -1 main && git branch other && git stash list`: true,
		`echo x > $C/hooks/pre-commit`:            false,
		`rm -rf $C/hooks; mv $C/hooks $C/h`:       false,
		`echo x >> $C/config || git config a.b c`: false,
		`mv $C $C.old`:                                                     false,
		`echo x > $C/worktrees/tree/commondir`:                             false,
		`echo x > $C/worktrees/tree2/commondir`:                            false,
		`mv $C/worktrees/tree2 $C/worktrees/t`:                             false,
		`mv $C/worktrees $C/w`:                                             false,
		`echo x > $C/modules/lib/config`:                                   false,
		`mv $C/modules/lib $C/modules/l`:                                   false,
		`mkdir -p $C/modules/lib/hooks && echo x > $C/modules/lib/hooks/x`: false,
		`echo x > $C/modules/a/b/hooks/pre-commit`:                         false,
		`echo x > .git || mv .git g || rm -f .git`:                         false,
		`echo x > ` + main + `/main.go`:                                    false,
		`echo x > ` + r.home + `/src/tree2/new`:                            false,
	} {
		if out, worked := r.run(nil, common+script); worked != works {
			t.Errorf("works: %t: %s\n%s", worked, script, out)
		}
	}
	if data, err := os.ReadFile(main + "/.git/hooks/x"); err == nil {
		t.Errorf("a hook: %s", data)
	}
}

// A `.git` file may name any repository. A repository is writable only if it lists this
// work tree as its own. Otherwise an agent could get write access to any repository of
// the user by writing that file.
func TestForeignRepository(t *testing.T) {
	r := newRoom(t)
	victim := r.workspace
	r.git(victim, "commit", "-q", "--allow-empty", "-m", "first")
	r.git(victim, "worktree", "add", "-q", r.home+"/src/tree", "-b", "tree")
	r.workspace = r.home + "/src/mine"
	for name, dir := range map[string]string{
		"the repository itself": victim + "/.git", "a work tree of another": victim + "/.git/worktrees/tree",
		"a directory": r.home, "nothing": r.home + "/none", "the root": "/",
	} {
		r.write(r.workspace+"/.git", "gitdir: "+dir+"\n")
		s := r.spec(nil)
		if got := s.repository(); got.writable != "" {
			t.Errorf("%s: %s is writable", name, got.writable)
		}
		if out, works := r.run(nil, "echo x > "+victim+"/.git/refs/heads/x"); works {
			t.Errorf("%s: wrote\n%s", name, out)
		}
	}
	// One that it has made itself, with all that a work tree has.
	own := r.workspace + "/fake"
	for path, text := range map[string]string{"HEAD": "ref: refs/heads/main", "config": "[core]", "objects/x": "", "refs/x": "",
		"worktrees/w/HEAD": "ref: refs/heads/main", "worktrees/w/gitdir": r.workspace + "/.git\n", "worktrees/w/commondir": victim + "/.git\n"} {
		r.write(filepath.Join(own, path), text)
	}
	r.write(r.workspace+"/.git", "gitdir: "+own+"/worktrees/w\n")
	s := r.spec(nil)
	if got := s.repository(); got.writable != "" {
		t.Errorf("%s is writable", got.writable)
	}
	// A directory that does not belong to git.
	if err := os.Remove(r.workspace + "/.git"); err != nil {
		t.Fatal(err)
	}
	r.link(victim+"/.git", r.workspace+"/.git")
	if out, works := r.run(nil, "echo x > .git/refs/heads/x"); works {
		t.Errorf("wrote\n%s", out)
	}
}

// A directory of hooks that is missing is kept empty.
func TestMissingHooks(t *testing.T) {
	r := newRoom(t)
	if err := os.RemoveAll(r.workspace + "/.git/hooks"); err != nil {
		t.Fatal(err)
	}
	if out, works := r.run(nil, "mkdir -p .git/hooks; echo x > .git/hooks/pre-commit"); works {
		t.Errorf("wrote\n%s", out)
	}
	if out, works := r.run(nil, "git commit -q --allow-empty -m x"); !works {
		t.Errorf("cannot commit\n%s", out)
	}
	entries, _ := os.ReadDir(r.workspace + "/.git/hooks")
	if len(entries) != 0 {
		t.Errorf("hooks: %v", entries)
	}
}

func TestHardLinks(t *testing.T) {
	r := newRoom(t)
	for from, to := range map[string]string{".netrc": "a/netrc", ".ssh/id_ed25519": "key"} {
		path := r.workspace + "/" + to
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(filepath.Join(r.home, from), path); err != nil {
			t.Fatal(err)
		}
	}
	if out, _ := r.run(nil, "cat a/netrc key"); strings.Contains(out, canary) {
		t.Errorf("read by another name\n%s", out)
	}
}
