//go:build linux || darwin

package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The package starts no process and makes no request: it has nothing to do so with.
func TestImports(t *testing.T) {
	files, _ := filepath.Glob("*.go")
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			for _, no := range []string{"os/exec", "net", "net/http", "plugin", "evaluate/nix"} {
				if strings.Trim(i.Path.Value, `"`) == no || strings.HasSuffix(i.Path.Value, "/"+no+`"`) {
					t.Errorf("%s imports %s", file, i.Path.Value)
				}
			}
		}
	}
}

const canary = "CANARY-c0ffee"

// readAll asks for everything. Errors quote nothing, and all ends soon.
func readAll(t *testing.T, dir, rev string) (failed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	started := time.Now()
	check := func(what string, err error) {
		t.Helper()
		if err == nil {
			return
		}
		failed = true
		if strings.Contains(err.Error(), canary) {
			t.Errorf("%s quotes what it read: %v", what, err)
		}
		if e := (*Error)(nil); !errors.As(err, &e) {
			t.Errorf("%s: %T is not typed: %v", what, err, err)
		}
	}
	r, err := Open(dir)
	check("Open", err)
	if err != nil {
		return failed
	}
	defer r.Close()
	head, err := r.Head()
	check("Head", err)
	_, err = r.Tracked()
	check("Tracked", err)
	_, err = r.State(ctx)
	check("State", err)
	_, err = r.HasUntracked(ctx)
	check("HasUntracked", err)
	_, _, err = r.Ref(ctx, "main")
	check("Ref", err)
	for _, rev := range []string{head, rev} {
		if rev == "" {
			continue
		}
		_, _, err = r.RevCount(ctx, rev)
		check("RevCount", err)
		_, err = r.Tree(ctx, rev)
		check("Tree", err)
		_, err = r.CommitTime(ctx, rev)
		check("CommitTime", err)
	}
	for _, name := range []string{"a", "c/d", "new/x.log", ".git/config"} {
		r.Visible(name)
		r.Ignored(name)
	}
	if passed := time.Since(started); passed > 10*time.Second {
		t.Errorf("took %v", passed)
	}
	return failed
}

// hostile are things that a file can be instead.
var hostile = []struct {
	name string
	make func(path string, random *rand.Rand)
}{
	{"FIFO", func(path string, _ *rand.Rand) { syscall.Mkfifo(path, 0o600) }},
	{"endless device", func(path string, _ *rand.Rand) { os.Symlink("/dev/zero", path) }},
	{"link to itself", func(path string, _ *rand.Rand) { os.Symlink(filepath.Base(path), path) }},
	{"link to a process", func(path string, _ *rand.Rand) { os.Symlink("/proc/self/environ", path) }},
	{"directory", func(path string, _ *rand.Rand) { os.Mkdir(path, 0o700) }},
	{"nothing", func(string, *rand.Rand) {}},
	{"empty", func(path string, _ *rand.Rand) { os.WriteFile(path, nil, 0o600) }},
	{"huge and sparse", func(path string, _ *rand.Rand) {
		os.WriteFile(path, []byte("DIRC"), 0o600)
		os.Truncate(path, 1<<42)
	}},
	{"noise", func(path string, random *rand.Rand) {
		data := make([]byte, random.IntN(5000))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		os.WriteFile(path, data, 0o600)
	}},
	{"one long line", func(path string, _ *rand.Rand) { os.WriteFile(path, []byte(strings.Repeat(canary, 100_000)), 0o600) }},
	{"many lines", func(path string, _ *rand.Rand) {
		os.WriteFile(path, []byte(strings.Repeat(canary+"\n", 100_000)), 0o600)
	}},
	{"its own name", func(path string, _ *rand.Rand) { os.WriteFile(path, []byte("ref: "+filepath.Base(path)+"\n"), 0o600) }},
}

// Repositories of which one file is something else, or has other bytes, are read
// or refused: no panic, no hang, nothing quoted. More of them:
//
//	INSOMNIA_MUTATED_REPOSITORIES=220 go test -run TestMutatedRepositories ./go/internal/gitrepo
func TestMutatedRepositories(t *testing.T) {
	var bases []*made
	var revs []string
	for kind := range 4 {
		options := []string{}
		if kind == 3 {
			options = append(options, "--object-format=sha256")
		}
		m := makeRepo(t, options...)
		for i := range 6 {
			for _, name := range []string{"a", "b.txt", "c/d", "c/e/f", "g"} {
				m.write(name, strings.Repeat(fmt.Sprintf("%s %d\n", name, i), 50)+strings.Repeat("same\n", 200))
			}
			m.write(".gitattributes", "*.txt text=auto eol=lf\n* filter=x\n")
			m.write(".gitignore", "*.log\n/out/**\n!keep\n")
			m.commit("x")
		}
		m.git("tag", "-a", "-m", "t", "tag")
		switch kind {
		case 1, 3:
			m.git("repack", "-qadf", "--depth=50", "--window=50")
			m.git("commit-graph", "write", "--reachable", "--split")
			m.git("pack-refs", "--all")
		case 2:
			m.git("update-index", "--split-index")
			m.git("config", "core.sparseCheckout", "true")
			m.write("a", "changed")
			m.git("add", "a")
			clone := m.at("../clone")
			m.git("clone", "-q", "--shared", m.dir, clone)
			rev := m.git("rev-parse", "HEAD")
			bases, revs = append(bases, &made{t, clone}), append(revs, rev)
		}
		m.write("g", "changed\r\n")
		bases, revs = append(bases, m), append(revs, m.git("rev-parse", "HEAD"))
	}
	rounds, failures := 60, 0
	if text := os.Getenv("INSOMNIA_MUTATED_REPOSITORIES"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	for round := range rounds {
		random := rand.New(rand.NewPCG(3, uint64(round)))
		base := random.IntN(len(bases))
		dir := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(bases[base].dir)); err != nil {
			t.Fatal(err)
		}
		var files []string
		filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() && !strings.Contains(path, "/hooks/") && !strings.Contains(path, "/logs/") {
				files = append(files, path)
			}
			return nil
		})
		// The few that matter are as likely as the many objects.
		pick := files[random.IntN(len(files))]
		if random.IntN(2) == 0 {
			names := []string{"config", "HEAD", "index", "packed-refs", "refs/heads/main", "info/exclude", "objects/info/alternates", "commondir", "shallow",
				"config.worktree", "../.gitattributes", "../.gitignore", "objects/info/commit-graph", "objects", "refs", "objects/pack", "../.git", "../c"}
			pick = filepath.Join(dir, ".git", names[random.IntN(len(names))])
		}
		what := ""
		if data, err := os.ReadFile(pick); err == nil && len(data) > 0 && random.IntN(3) > 0 {
			switch random.IntN(3) {
			case 0:
				what = "bytes changed"
				for range 1 + random.IntN(6) {
					data[random.IntN(len(data))] ^= byte(1 + random.IntN(255))
				}
			case 1:
				what = "cut off"
				data = data[:random.IntN(len(data))]
			case 2:
				what = "piece repeated"
				at := random.IntN(len(data))
				data = append(data[:at:at], data[random.IntN(at+1):]...)
			}
			os.Chmod(pick, 0o600)
			os.WriteFile(pick, data, 0o600)
		} else {
			h := hostile[random.IntN(len(hostile))]
			what = h.name
			os.RemoveAll(pick)
			os.MkdirAll(filepath.Dir(pick), 0o700)
			h.make(pick, random)
		}
		t.Logf("%d: %s: %s", round, strings.TrimPrefix(pick, dir+"/"), what)
		if readAll(t, dir, revs[base]) {
			failures++
		}
		if t.Failed() {
			return
		}
		os.RemoveAll(dir)
	}
	t.Logf("%d of %d could not be read in full", failures, rounds)
}

// Shapes that no damage makes, but a person who means it.
func TestHostileRepositories(t *testing.T) {
	write := func(m *made, name, text string) {
		os.MkdirAll(filepath.Dir(m.at(name)), 0o755)
		os.Remove(m.at(name))
		if err := os.WriteFile(m.at(name), []byte(text), 0o644); err != nil {
			m.Fatal(err)
		}
	}
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte(canary+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		prepare func(m *made)
		kind    Kind // of the first error; -1 for none
	}{
		"gitdir names /proc": {func(m *made) { os.RemoveAll(m.at(".git")); write(m, ".git", "gitdir: /proc/self/cwd\n") }, Refused},
		"gitdir names /proc by a link": {func(m *made) {
			os.RemoveAll(m.at(".git"))
			os.Symlink("/proc/self", m.at("link"))
			write(m, ".git", "gitdir: link\n")
		}, Refused},
		"gitdir names a file":     {func(m *made) { os.RemoveAll(m.at(".git")); write(m, ".git", "gitdir: "+outside+"/secret\n") }, Damaged},
		"gitdir names itself":     {func(m *made) { os.RemoveAll(m.at(".git")); write(m, ".git", "gitdir: .git\n") }, Damaged},
		".git is a secret":        {func(m *made) { os.RemoveAll(m.at(".git")); os.Symlink(outside+"/secret", m.at(".git")) }, Damaged},
		".git is a link to /proc": {func(m *made) { os.RemoveAll(m.at(".git")); os.Symlink("/proc/self", m.at(".git")) }, Refused},
		"commondir names /sys":    {func(m *made) { write(m, ".git/commondir", "/sys\n") }, Refused},
		"HEAD is a secret":        {func(m *made) { os.Remove(m.at(".git/HEAD")); os.Symlink(outside+"/secret", m.at(".git/HEAD")) }, Refused},
		"config is a secret":      {func(m *made) { os.Remove(m.at(".git/config")); os.Symlink(outside+"/secret", m.at(".git/config")) }, Refused},
		"index is a secret":       {func(m *made) { os.Remove(m.at(".git/index")); os.Symlink(outside+"/secret", m.at(".git/index")) }, Refused},
		"packed-refs are a secret": {func(m *made) {
			os.Remove(m.at(".git/refs/heads/main"))
			os.Symlink(outside+"/secret", m.at(".git/packed-refs"))
		}, Refused},
		"alternates are a secret": {func(m *made) {
			os.MkdirAll(m.at(".git/objects/info"), 0o755)
			os.Symlink(outside+"/secret", m.at(".git/objects/info/alternates"))
		}, Refused},
		"commondir is endless":           {func(m *made) { os.Symlink("/dev/zero", m.at(".git/commondir")) }, Refused},
		"HEAD names a secret":            {func(m *made) { write(m, ".git/HEAD", "ref: ../../../../../../"+outside+"/secret\n") }, Damaged},
		"HEAD names a secret below refs": {func(m *made) { write(m, ".git/HEAD", "ref: refs/../../../"+outside+"/secret\n") }, Damaged},
		"refs name each other": {func(m *made) {
			write(m, ".git/refs/heads/main", "ref: refs/heads/b\n")
			write(m, ".git/refs/heads/b", "ref: refs/heads/main\n")
		}, Damaged},
		"objects are /dev": {func(m *made) { os.RemoveAll(m.at(".git/objects")); os.Symlink("/dev", m.at(".git/objects")) }, Damaged},
		"alternates in a circle": {func(m *made) {
			write(m, ".git/objects/info/alternates", "../../.git/objects\n.\n"+m.at("other")+"\n")
			write(m, "other/info/alternates", m.at(".git/objects")+"\n")
		}, -1},
		"alternates without end": {func(m *made) {
			write(m, ".git/objects/info/alternates", m.at("o0")+"\n")
			for i := range 100 {
				write(m, fmt.Sprintf("o%d/info/alternates", i), m.at(fmt.Sprintf("o%d", i+1))+"\n")
			}
		}, TooLarge},
		"alternates name /proc": {func(m *made) { write(m, ".git/objects/info/alternates", "/proc/self/root/proc\n") }, Refused},
		"an extension": {func(m *made) {
			m.git("config", "core.repositoryformatversion", "1")
			m.git("config", "extensions.evil", canary)
		}, Unsupported},
		"a format of the future": {func(m *made) { write(m, ".git/config", "[core]\nrepositoryformatversion = 7\n") }, Unsupported},
		"a reftable": {func(m *made) {
			write(m, ".git/config", "[core]\nrepositoryformatversion = 1\n[extensions]\nrefStorage = reftable\n")
		}, Unsupported},
		"config is a FIFO":         {func(m *made) { os.Remove(m.at(".git/config")); syscall.Mkfifo(m.at(".git/config"), 0o600) }, Damaged},
		"config without an end":    {func(m *made) { write(m, ".git/config", strings.Repeat("[core]\n", 1<<18)) }, TooLarge},
		"config with an open text": {func(m *made) { write(m, ".git/config", "[core]\n\tx = \""+canary+"\n") }, Damaged},
		"core.worktree elsewhere":  {func(m *made) { m.git("config", "core.worktree", outside) }, -1},
	} {
		t.Run(name, func(t *testing.T) {
			m := makeRepo(t)
			m.write("a", "x")
			m.commit("x")
			rev := m.git("rev-parse", "HEAD")
			test.prepare(m)
			readAll(t, m.dir, rev)
			var first error
			if r, err := Open(m.dir); err != nil {
				first = err
			} else {
				if _, first = r.State(context.Background()); first == nil {
					_, first = r.Tree(context.Background(), rev)
				}
				r.Close()
			}
			var e *Error
			if test.kind == -1 {
				if first != nil {
					t.Errorf("got %v", first)
				}
			} else if !errors.As(first, &e) || e.Kind != test.kind {
				t.Errorf("got %v, want kind %d", first, test.kind)
			}
		})
	}
}
