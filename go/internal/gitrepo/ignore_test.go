//go:build unix

package gitrepo

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Ignored agrees with git check-ignore, for patterns and paths of parts that often
// match each other.
func TestIgnoredAgreesWithGit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 3))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	step := func() string {
		return pick("a", "b", "ab", "abc", "a.b", ".x", "a b", "A", "a-b", "*a", "[", "]b", "ü", "!a", "#a", "b\\")
	}
	part := func() string {
		return pick("a", "b", "c", ".", "*", "*", "?", "[ab]", "[!a]", "[^b]", "[a-c]", "[]b]", "[[:alpha:]]", "[[:nope:]]", "[a", "[]-a]", "[b-]",
			"[\\]]", "\\*", "\\a", "\\", "**", "***", "**/", "/**", "/", " ", "\\ ", "-", "A", "ü", "[/]", "\\/", "[a/b]", "[[:punct:]x]")
	}
	pattern := func() string {
		var b strings.Builder
		b.WriteString(pick("", "", "", "", "!", "!", "/", "\\!", "#", "\\#", "**/"))
		for range 1 + random.IntN(4) {
			b.WriteString(part())
		}
		b.WriteString(pick("", "", "", "/", " ", "/**", "\r"))
		return b.String()
	}
	file := func() string {
		var b strings.Builder
		for range 1 + random.IntN(6) {
			b.WriteString(pattern() + "\n")
		}
		return strings.TrimSuffix(b.String(), pick("", "\n"))
	}
	compared, hits := 0, 0
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	for round := range rounds {
		m := makeRepo(t)
		var paths []string
		seen := map[string]bool{}
		for range 60 {
			name := step()
			for range random.IntN(4) {
				name += "/" + step()
			}
			if os.MkdirAll(filepath.Dir(m.at(name)), 0o755) != nil {
				continue
			}
			if random.IntN(4) == 0 {
				os.MkdirAll(m.at(name), 0o755)
			} else if !isDirectory(m.at(name)) {
				os.WriteFile(m.at(name), nil, 0o644)
			}
			for at := name; at != "."; at = filepath.Dir(at) {
				if !seen[at] {
					seen[at] = true
					paths = append(paths, at)
				}
			}
		}
		m.write(".gitignore", file())
		if err := os.WriteFile(m.at(".git/info/exclude"), []byte(file()), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			if isDirectory(m.at(p)) && random.IntN(5) == 0 {
				m.write(p+"/.gitignore", file())
			}
		}
		if round%5 == 0 {
			m.git("config", "core.ignoreCase", "true")
		}
		out, _ := m.run(strings.Join(paths, "\x00")+"\x00", "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n")
		fields := strings.Split(out, "\x00")
		r := m.open()
		for i := 0; i+3 < len(fields); i += 4 {
			source, pattern, name := fields[i], fields[i+2], fields[i+3]
			want := source != "" && !strings.HasPrefix(pattern, "!")
			compared++
			if want {
				hits++
			}
			if got := r.Ignored(name); got != want {
				t.Errorf("round %d: %q: got %v; git says %q of %s\n%q", round, name, got, pattern, source, m.read(".gitignore"))
			}
		}
		if t.Failed() {
			break
		}
	}
	t.Logf("%d paths compared, %d of them ignored", compared, hits)
	if !testing.Short() && (compared < 2500 || hits < 300) {
		t.Errorf("only %d paths compared, %d ignored", compared, hits)
	}
}

// A project is what is tracked, and what could be.
func TestVisible(t *testing.T) {
	r := func() *Repo {
		m := makeRepo(t)
		for _, name := range []string{"a.nix", "kept/x.log", "new/b.nix", "out/c.log", ".env", "out/tracked", "sub/.git/config", "deep/.GIT/x"} {
			m.write(name, "")
		}
		m.write(".gitignore", "*.log\n.env\nout/\n")
		m.git("add", "a.nix", ".gitignore")
		m.git("add", "-f", "kept/x.log", "out/tracked")
		return m.open()
	}()
	for name, want := range map[string]bool{
		".": true, "a.nix": true, "kept": true, "kept/x.log": true, "kept/y.log": false, "new": true, "new/b.nix": true,
		"out": true, "out/tracked": true, "out/c.log": false, "out/other": false, ".env": false, ".gitignore": true,
		".git": false, ".git/config": false, "sub/.git": false, "sub/.git/config": false, "deep/.GIT/x": false,
		"../x": false, "/etc": false, "a//b": false, "./a": false, "": false, "not-there": true, "not-there/x.log": false,
	} {
		if got := r.Visible(name); got != want {
			t.Errorf("%q: got %v", name, got)
		}
	}
}

// The user's own excludes count; those that a repository's config names do not.
func TestUsersExcludes(t *testing.T) {
	home := t.TempDir()
	m := made{t, home}
	m.write("config/git/ignore", "xdg\n")
	if got := readUserFormat(home, m.at("config")).excludesFile; got != m.at("config/git/ignore") {
		t.Errorf("got %q", got)
	}
	m.write(".gitconfig", "[include]\n\tpath = /elsewhere\n[core]\n\texcludesFile = ~/mine # comment\n\tautocrlf = input\n")
	if got := readUserFormat(home, m.at("config")); got.excludesFile != m.at("mine") || got.autoCRLF != "input" {
		t.Errorf("got %+v", got)
	}
	repo := makeRepo(t)
	repo.write("secret-patterns", "a\n")
	repo.git("config", "core.excludesFile", repo.at("secret-patterns"))
	if repo.open().Ignored("a") {
		t.Error("the repository's config has a say")
	}
}

// A file of patterns that cannot be read, or would take too long, hides what it
// could have hidden; it neither hangs nor takes long.
func TestHostileIgnores(t *testing.T) {
	for name, make := range map[string]func(m *made){
		"FIFO":              func(m *made) { syscall.Mkfifo(m.at("d/.gitignore"), 0o600) },
		"too large":         func(m *made) { m.write("d/.gitignore", strings.Repeat("#\n", maxPatternFile)) },
		"too many patterns": func(m *made) { m.write("d/.gitignore", strings.Repeat("x\n", maxPatternFile/2)) },
	} {
		t.Run(name, func(t *testing.T) {
			m := makeRepo(t)
			os.Mkdir(m.at("d"), 0o755)
			make(m)
			r := m.open()
			started := time.Now()
			for i := range 10000 {
				if r.Visible(fmt.Sprintf("d/%d", i)) || !r.Visible(fmt.Sprintf("e/%d", i)) {
					t.Fatal("wrong")
				}
			}
			if passed := time.Since(started); passed > 5*time.Second {
				t.Errorf("took %v", passed)
			}
		})
	}
	for name, line := range map[string]string{
		"stars":       strings.Repeat("*a", 2000) + "b",
		"directories": strings.Repeat("**/a/", 800) + "b",
		"brackets":    strings.Repeat("[a-z]*", 600) + "b",
		"open":        strings.Repeat("[[:", 1300),
	} {
		t.Run(name, func(t *testing.T) {
			m := makeRepo(t)
			m.write(".gitignore", strings.Repeat(line+"\n", maxPatternFile/(len(line)+1)))
			r := m.open()
			started := time.Now()
			for range 20 {
				r.Ignored(strings.Repeat("a", 250))
				r.Ignored(strings.Repeat("a/", 1000) + "a")
			}
			if passed := time.Since(started); passed > 10*time.Second {
				t.Errorf("took %v", passed)
			}
		})
	}
}

func FuzzIgnore(f *testing.F) {
	f.Add("*.log\n!keep.log\n/a/**/b/\n[a-z]\\*\n", "a/x/b")
	f.Add("**/foo[[:alpha:]]/\n", "foo/fooa")
	f.Fuzz(func(t *testing.T, text, path string) {
		if len(text) > 1<<14 || len(path) > 4096 {
			return
		}
		for _, fold := range []bool{false, true} {
			budget := maxSteps
			file := ignoreFile{}
			file.patterns, file.all = parseIgnores(text, fold)
			file.decide(path, func() bool { return true }, fold, &budget)
		}
	})
}
