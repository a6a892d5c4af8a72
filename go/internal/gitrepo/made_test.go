//go:build unix

package gitrepo

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain keeps the configuration of whoever runs the tests out of them.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "gitrepo-home-")
	if err != nil {
		panic(err)
	}
	os.Setenv("HOME", home)
	os.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "none"))
	code := m.Run()
	os.RemoveAll(home)
	os.Exit(code)
}

// made is a repository that a test makes with the real git.
type made struct {
	testing.TB
	dir string
}

// environment is the one of git in the tests.
func environment(home string) []string {
	env := []string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "none"), "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=c", "GIT_COMMITTER_EMAIL=c@example.org",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=protocol.file.allow", "GIT_CONFIG_VALUE_0=always", "GIT_ALLOW_PROTOCOL=file"}
	for _, name := range []string{"PATH", "TMPDIR"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func needGit(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("git is not installed, and in CI it must be")
		}
		t.Skip("needs git")
	}
}

// makeRepo makes an empty repository in a new directory.
func makeRepo(t testing.TB, options ...string) *made {
	t.Helper()
	needGit(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := &made{t, filepath.Join(dir, "work")}
	if err := os.Mkdir(m.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	m.git(append([]string{"init", "-q", "-b", "main", "--template="}, options...)...)
	m.write(".git/info/exclude", "# none\n") // what is left of git's template: no example hooks
	return m
}

func (m *made) at(name string) string { return filepath.Join(m.dir, name) }

func (m *made) write(name, text string) {
	m.Helper()
	if err := os.MkdirAll(filepath.Dir(m.at(name)), 0o755); err != nil {
		m.Fatal(err)
	}
	os.Remove(m.at(name))
	if err := os.WriteFile(m.at(name), []byte(text), 0o644); err != nil {
		m.Fatal(err)
	}
}

func (m *made) read(name string) string {
	m.Helper()
	data, err := os.ReadFile(m.at(name))
	if err != nil {
		m.Fatal(err)
	}
	return string(data)
}

// run runs git and returns what it printed, and whether it was well.
func (m *made) run(stdin string, args ...string) (string, bool) {
	cmd := exec.Command("git", append([]string{"-C", m.dir}, args...)...)
	cmd.Env = environment(filepath.Dir(m.dir))
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	return string(out), err == nil
}

func (m *made) git(args ...string) string {
	m.Helper()
	cmd := exec.Command("git", append([]string{"-C", m.dir}, args...)...)
	cmd.Env = environment(filepath.Dir(m.dir))
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (m *made) commit(message string) {
	m.Helper()
	m.git("add", "-A")
	m.git("commit", "-q", "--allow-empty", "-m", message)
}

func (m *made) open() *Repo {
	m.Helper()
	r, err := Open(m.dir)
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(r.Close)
	return r
}
