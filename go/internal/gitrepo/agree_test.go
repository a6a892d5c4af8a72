//go:build linux || darwin

package gitrepo

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// agree compares all that a Repo says of a work tree with what git says.
func agree(t *testing.T, m *made) {
	t.Helper()
	ctx := context.Background()
	// Git runs last: its status could write the index anew.
	r := m.open()
	defer r.Close()
	state, err := r.State(ctx)
	if err != nil {
		t.Fatalf("State: %v", err)
	}
	tracked, err := r.Tracked()
	if err != nil {
		t.Fatalf("Tracked: %v", err)
	}
	untracked, err := r.HasUntracked(ctx)
	if err != nil {
		t.Fatalf("HasUntracked: %v", err)
	}
	rev, _ := m.run("", "rev-parse", "--verify", "--quiet", "HEAD")
	if rev = strings.TrimSpace(rev); state.Rev != rev {
		t.Errorf("Rev: got %q, git says %q", state.Rev, rev)
	}
	status, _ := m.run("", "--no-optional-locks", "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
	if dirty := status != "" || rev == ""; state.Dirty != dirty {
		t.Errorf("Dirty: got %v, git says %q", state.Dirty, status)
	}
	all, _ := m.run("", "--no-optional-locks", "status", "--porcelain", "--untracked-files=all", "--ignore-submodules=all")
	if want := strings.Contains("\n"+all, "\n?? "); untracked != want {
		t.Errorf("HasUntracked: got %v, git says %q", untracked, all)
	}
	listing, _ := m.run("", "ls-files", "-s", "-z")
	var want []string
	for line := range strings.SplitSeq(listing, "\x00") {
		if meta, name, ok := strings.Cut(line, "\t"); ok && !strings.HasPrefix(meta, "160000") {
			want = append(want, name)
		}
	}
	if want = slices.Compact(want); !slices.Equal(tracked, want) {
		t.Errorf("Tracked: got %q, git says %q", tracked, want)
	}
	if rev == "" {
		return
	}
	if when := m.git("log", "-1", "--format=%ct"); strconv.FormatInt(state.LastModified, 10) != when {
		t.Errorf("LastModified: got %d, git says %s", state.LastModified, when)
	}
	count, known, err := r.RevCount(ctx, rev)
	shallow := m.git("rev-parse", "--is-shallow-repository") == "true"
	if err != nil || known == shallow {
		t.Errorf("RevCount: known %v in a repository that is shallow: %v, %v", known, shallow, err)
	}
	if commits := m.git("rev-list", "--count", "HEAD"); known && strconv.FormatInt(count, 10) != commits {
		t.Errorf("RevCount: got %d, git says %s", count, commits)
	}
	tree, err := r.Tree(ctx, rev)
	if err != nil {
		t.Fatalf("Tree: %v", err)
	}
	var got []string
	var list func(dir string)
	list = func(dir string) {
		entries, _ := tree.ReadDir(dir)
		for _, e := range entries {
			name := strings.TrimPrefix(dir+"/"+e.Name(), "./")
			info, _ := tree.Lstat(name)
			data, mode := []byte(nil), "100644"
			switch {
			case e.IsDir():
				list(name)
				continue
			case info.Mode()&fs.ModeSymlink != 0:
				target, _ := tree.Readlink(name)
				data, mode = []byte(target), "120000"
			default:
				data, _ = tree.ReadFile(name)
				if info.Mode()&0o100 != 0 {
					mode = "100755"
				}
			}
			got = append(got, mode+" blob "+hexOf(string(r.hashObject(kindBlob, data)))+"\t"+name)
		}
	}
	list(".")
	listing, _ = m.run("", "ls-tree", "-r", "-z", "--full-tree", "HEAD")
	want = slices.DeleteFunc(strings.Split(strings.TrimSuffix(listing, "\x00"), "\x00"), func(line string) bool {
		return strings.HasPrefix(line, "160000") || line == ""
	})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Tree: got\n%q, git says\n%q", got, want)
	}
}

// age sets the time of every file back, so that an index written now is newer.
func (m *made) age() {
	old := time.Now().Add(-time.Hour)
	filepath.WalkDir(m.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == ".git" && path != m.dir {
			if e.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if err == nil && e.Type().IsRegular() {
			os.Chtimes(path, old, old)
		}
		return nil
	})
	m.run("", "update-index", "-q", "--refresh")
}

// random makes a repository of one of many kinds and changes it.
func randomRepo(t *testing.T, random *rand.Rand) *made {
	one := func(n int) bool { return random.IntN(n) == 0 }
	var options []string
	if one(4) {
		options = append(options, "--object-format=sha256")
	}
	m := makeRepo(t, options...)
	if one(3) {
		m.git("config", "core.autocrlf", []string{"true", "input", "false"}[random.IntN(3)])
	}
	if one(5) {
		m.git("config", "core.fileMode", "false")
	}
	m.git("config", "index.version", []string{"2", "3", "4"}[random.IntN(3)])
	names := []string{"a", "b.txt", "c/d", "c/e.txt", "c/f/g", "h/i.sh", "z", "h.a", "h-b", "ü", "long/" + strings.Repeat("x", 200), "crlf.txt", "id.c"}
	text := func() string {
		lines := strings.Repeat("a line\n", random.IntN(30)) + fmt.Sprintf("%d\n", random.Int())
		switch random.IntN(6) {
		case 0:
			lines = strings.ReplaceAll(lines, "\n", "\r\n")
		case 1:
			lines += "\x00binary\r\n"
		case 2:
			lines += "$Id$ $Id: x $\n"
		case 3:
			lines += "mixed\r\nends\n"
		case 4:
			return ""
		}
		return lines
	}
	if one(2) {
		lines := []string{"* text=auto", "*.txt text", "*.txt eol=crlf", "*.c ident", "a -text", "c/** text", "h/ text", "*.sh binary", "* crlf", "[attr]mine text eol=lf", "z mine",
			"* !text", "b.txt text=auto eol=lf", "\"c/d\" -crlf", "*.txt crlf=input", "a filter=none", "* -filter"}
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		m.write([]string{".gitattributes", ".gitattributes", "c/.gitattributes", ".git/info/attributes"}[random.IntN(4)], strings.Join(lines[:1+random.IntN(5)], "\n")+"\n")
	}
	for range 1 + random.IntN(4) {
		for _, name := range names {
			if one(2) {
				m.write(name, text())
			}
		}
		if one(3) {
			os.Chmod(m.at("h/i.sh"), 0o755)
		}
		if one(3) {
			os.Remove(m.at("link"))
			os.Symlink([]string{"a", "nowhere", "/etc/passwd"}[random.IntN(3)], m.at("link"))
		}
		m.commit("x")
	}
	if one(4) {
		m.git("checkout", "-q", "-b", "side")
		m.commit("side")
		m.git("checkout", "-q", "main")
		m.write("merged", "x")
		m.commit("main")
		m.git("merge", "-q", "-m", "merge", "side")
	}
	switch random.IntN(5) {
	case 0:
		m.git("gc", "-q")
	case 1:
		m.git("repack", "-qadf", "--depth=50", "--window=50")
	case 2:
		m.git("commit-graph", "write", "--reachable")
	case 3:
		m.git("commit-graph", "write", "--reachable", "--split")
		m.commit("later")
		m.git("commit-graph", "write", "--reachable", "--split=no-merge")
		m.commit("beyond the graph")
		m.git("pack-refs", "--all")
	}
	if one(6) {
		m.git("checkout", "-q", "--detach")
	}
	if one(5) {
		parent := m.dir
		m.git("worktree", "add", "-q", "-f", "--detach", filepath.Join(filepath.Dir(parent), "linked"))
		m = &made{t, filepath.Join(filepath.Dir(parent), "linked")}
		if one(2) {
			m.git("config", "extensions.worktreeConfig", "true")
			m.git("config", "--worktree", "core.fileMode", "false")
		}
	} else if one(5) {
		clone := filepath.Join(filepath.Dir(m.dir), "clone")
		m.git("clone", "-q", []string{"--depth=1", "--depth=2", "--shared", "--bare"}[random.IntN(3)], "file://"+m.dir, clone)
		m = &made{t, clone}
	}
	if one(4) {
		m.git("update-index", "--split-index")
	}
	if one(2) {
		m.age()
	}
	if one(3) { // so that no stat data can be trusted
		if index := filepath.Join(m.git("rev-parse", "--absolute-git-dir"), "index"); one(2) {
			os.Chtimes(index, time.Unix(1, 0), time.Unix(1, 0))
		}
	}
	if one(6) {
		m.git("sparse-checkout", "set", "--cone", "c/f")
	}
	for range random.IntN(4) {
		name := names[random.IntN(len(names))]
		switch random.IntN(15) {
		case 0:
			m.write(name, text())
		case 1:
			os.Remove(m.at(name))
		case 2:
			m.run("", "rm", "-q", "--cached", name)
		case 3:
			m.write(name, text())
			m.run("", "add", name)
		case 4:
			m.write("new", text())
			m.run("", "add", "-N", "new")
		case 5:
			m.run("", "mv", name, "renamed")
		case 6:
			os.Chmod(m.at(name), 0o755)
		case 7:
			m.run("", "update-index", "--assume-unchanged", name)
			m.write(name, text())
		case 8:
			m.run("", "update-index", "--skip-worktree", name)
			m.write(name, text())
		case 9: // the same content, another time
			if data, err := os.ReadFile(m.at(name)); err == nil {
				m.write(name, string(data))
			}
		case 10: // the same content with other ends of lines
			if data, err := os.ReadFile(m.at(name)); err == nil {
				m.write(name, strings.ReplaceAll(string(data), "\n", "\r\n"))
			}
		case 11:
			os.RemoveAll(m.at("c"))
		case 12:
			os.RemoveAll(m.at("c"))
			os.Symlink("h", m.at("c"))
		case 13: // the same size and time
			if info, err := os.Lstat(m.at(name)); err == nil && info.Mode().IsRegular() {
				os.WriteFile(m.at(name), []byte(strings.Repeat("y", int(info.Size()))), 0o644)
				os.Chtimes(m.at(name), info.ModTime(), info.ModTime())
			}
		case 14:
			os.Remove(m.at("link"))
			m.write("link", "a")
		}
	}
	return m
}

// A hundred repositories of all kinds, changed in all ways, are read as git reads them.
func TestAgreesWithGit(t *testing.T) {
	rounds := uint64(100)
	if testing.Short() {
		rounds = 10
	}
	seed := uint64(1)
	if text := os.Getenv("INSOMNIA_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	for round := range rounds {
		t.Run(strconv.FormatUint(round, 10), func(t *testing.T) {
			t.Parallel()
			agree(t, randomRepo(t, rand.New(rand.NewPCG(seed, round))))
		})
	}
}

// What random repositories rarely are.
func TestAgreesWithGitOnSpecialRepositories(t *testing.T) {
	for name, prepare := range map[string]func(m *made) *made{
		"unborn": func(m *made) *made {
			m.write("a", "x")
			m.git("add", "a")
			return m
		},
		"empty": func(m *made) *made { return m },
		"conflict": func(m *made) *made {
			m.write("a", "1\n")
			m.commit("1")
			m.git("checkout", "-q", "-b", "side")
			m.write("a", "2\n")
			m.commit("2")
			m.git("checkout", "-q", "main")
			m.write("a", "3\n")
			m.commit("3")
			m.run("", "merge", "side")
			return m
		},
		"submodule": func(m *made) *made {
			sub := &made{m, m.at("../sub")}
			os.Mkdir(sub.dir, 0o755)
			sub.git("init", "-q")
			sub.write("s", "s")
			sub.commit("s")
			m.write("a", "x")
			m.git("submodule", "--quiet", "add", sub.dir, "sub")
			m.commit("with a submodule")
			m.write("sub/s", "changed")
			return m
		},
		"inside a submodule": func(m *made) *made {
			sub := &made{m, m.at("../sub")}
			os.Mkdir(sub.dir, 0o755)
			sub.git("init", "-q")
			sub.write("s", "s")
			sub.commit("s")
			m.git("submodule", "--quiet", "add", sub.dir, "sub")
			return &made{m, m.at("sub")}
		},
		"submodule moved on": func(m *made) *made {
			sub := &made{m, m.at("../sub")}
			os.Mkdir(sub.dir, 0o755)
			sub.git("init", "-q")
			sub.commit("s")
			m.git("submodule", "--quiet", "add", sub.dir, "sub")
			m.commit("with a submodule")
			(&made{m, m.at("sub")}).commit("more")
			m.git("add", "sub")
			return m
		},
		"submodule became a file": func(m *made) *made {
			sub := &made{m, m.at("../sub")}
			os.Mkdir(sub.dir, 0o755)
			sub.git("init", "-q")
			sub.commit("s")
			m.git("submodule", "--quiet", "add", sub.dir, "sub")
			m.commit("with a submodule")
			os.RemoveAll(m.at("sub"))
			m.write("sub", "x")
			return m
		},
		"sparse index": func(m *made) *made {
			for _, name := range []string{"a", "in/a", "out/a", "out/deep/b", "out/deep/c", "other/x"} {
				m.write(name, name)
			}
			m.commit("x")
			m.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
			return m
		},
		"sparse index with a file that is there": func(m *made) *made {
			for _, name := range []string{"a", "in/a", "out/a", "out/deep/b"} {
				m.write(name, name)
			}
			m.commit("x")
			m.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
			m.write("out/deep/b", "changed")
			return m
		},
		"sparse index, the file as it was": func(m *made) *made {
			for _, name := range []string{"a", "in/a", "out/a", "out/deep/b"} {
				m.write(name, name)
			}
			m.commit("x")
			m.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
			m.write("out/a", "out/a")
			return m
		},
		"split index, changed": func(m *made) *made {
			for i := range 200 {
				m.write(fmt.Sprintf("d%d/f%d", i%7, i), "x")
			}
			m.commit("x")
			m.git("update-index", "--split-index")
			m.git("rm", "-q", "d1/f1", "d2/f2")
			m.write("d3/f3", "changed")
			m.write("d3/new", "new")
			m.git("add", "-A")
			return m
		},
		"chain of alternates": func(m *made) *made {
			m.write("a", "x")
			m.commit("x")
			for i := range 3 {
				clone := m.at(fmt.Sprintf("../clone%d", i))
				m.git("clone", "-q", "--shared", m.dir, clone)
				m = &made{m, clone}
			}
			return m
		},
		"octopus merge, with a graph": func(m *made) *made {
			m.commit("base")
			for _, branch := range []string{"a", "b", "c", "d"} {
				m.git("checkout", "-q", "-b", branch, "main")
				m.write(branch, branch)
				m.commit(branch)
			}
			m.git("checkout", "-q", "main")
			m.git("merge", "-q", "-m", "octopus", "a", "b", "c", "d")
			m.git("commit-graph", "write", "--reachable")
			m.commit("one more")
			return m
		},
		"signed commit, tag, odd header": func(m *made) *made {
			m.write("a", "x")
			m.commit("x")
			body := strings.Replace(m.git("cat-file", "commit", "HEAD"), "\n\n", "\ngpgsig -----BEGIN\n \n tree 0000\n -----END\n\n", 1)
			id, _ := m.run(body+"\n", "hash-object", "-t", "commit", "-w", "--stdin")
			m.git("update-ref", "HEAD", strings.TrimSpace(id))
			return m
		},
		"core.symlinks=false": func(m *made) *made {
			os.Symlink("a", m.at("link"))
			m.commit("x")
			m.git("config", "core.symlinks", "false")
			os.Remove(m.at("link"))
			m.write("link", "a")
			return m
		},
		"info/exclude and nested repository": func(m *made) *made {
			m.write("a", "x")
			m.commit("x")
			m.write(".git/info/exclude", "*.log\n")
			m.write("b.log", "")
			return m
		},
		"file replaced by a directory": func(m *made) *made {
			m.write("a", "x")
			m.commit("x")
			os.Remove(m.at("a"))
			m.write("a/b", "x")
			return m
		},
		"file replaced by a FIFO-like link": func(m *made) *made {
			m.write("a", "x")
			m.commit("x")
			os.Remove(m.at("a"))
			os.Symlink("/dev/zero", m.at("a"))
			return m
		},
		"removed from the index alone": func(m *made) *made {
			m.write("a", "x")
			m.commit("x")
			m.git("rm", "-q", "--cached", "a")
			return m
		},
		"mode changed in the index alone": func(m *made) *made {
			m.write("a", "x")
			m.commit("x")
			m.git("config", "core.fileMode", "false")
			m.git("update-index", "--chmod=+x", "a")
			return m
		},
		"large blob in a chain of differences": func(m *made) *made {
			text := strings.Repeat("0123456789abcdef\n", 20000)
			for i := range 8 {
				m.write("large", text+strconv.Itoa(i)+text[:100*i])
				m.commit("x")
			}
			m.git("repack", "-qadf", "--window=20", "--depth=50")
			return m
		},
		"HEAD is a link": func(m *made) *made {
			m.write("a", "x")
			m.commit("x")
			os.Remove(m.at(".git/HEAD"))
			os.Symlink("refs/heads/main", m.at(".git/HEAD"))
			return m
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := makeRepo(t)
			agree(t, prepare(m))
		})
	}
}

// The filtered tree shows the files that Visible reports.
func TestFilter(t *testing.T) {
	m := makeRepo(t)
	m.write("a.nix", "a")
	m.write("secret", "s")
	m.write(".gitignore", "secret\n")
	dir, err := source.OpenDir(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	tree := m.open().Filter(dir)
	entries, err := tree.ReadDir(".")
	if err != nil || len(entries) != 2 || entries[0].Name() != ".gitignore" || entries[1].Name() != "a.nix" {
		t.Errorf("got %v, %v", entries, err)
	}
	if data, err := tree.ReadFile("a.nix"); err != nil || string(data) != "a" {
		t.Errorf("got %q, %v", data, err)
	}
	for _, name := range []string{"secret", ".git", ".git/config"} {
		if _, err := tree.ReadFile(name); err == nil {
			t.Errorf("%s is shown", name)
		}
	}
}
