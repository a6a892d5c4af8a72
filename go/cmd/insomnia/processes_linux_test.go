package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// place is a user with a Pod whose agent program says that it has run.
type place struct {
	t                   *testing.T
	program, root, work string
	env                 []string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	for _, needed := range []string{"bwrap", "strace"} {
		if _, err := exec.LookPath(needed); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	if out, err := exec.Command("bwrap", "--unshare-user", "--ro-bind", "/", "/", "true").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("bubblewrap does not work here: %s", out)
		}
		t.Skipf("bubblewrap does not work here: %s", out)
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, program: filepath.Join(root, "insomnia"), root: root, work: filepath.Join(root, "work")}
	if out, err := exec.Command("go", "build", "-o", p.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	real, _ := exec.LookPath("bwrap")
	p.write("bin/bwrap", "#!/bin/sh\n[ ! -e "+root+"/broken ] || { echo 'bwrap: No permissions to create new namespace' >&2; exit 1; }\nexec "+real+" \"$@\"\n")
	p.write("node_modules/claude-code/package.json", "{}")
	p.write("node_modules/claude-code/claude", "#!/bin/sh\ncase $1 in --version) echo '2.1.332 (Claude Code)' ;; *) echo >ran ;; esac\n")
	if err := os.Symlink("../node_modules/claude-code/claude", filepath.Join(root, "bin", "claude")); err != nil {
		t.Fatal(err)
	}
	p.write("config/insomnia/config.toml", "[secrets.\"anthropic.api.default\"]\nuri = \"env:TEST_KEY\"\nhosts = [\"http://127.0.0.1:9\"]\n")
	p.write("config/insomnia/profiles/tried.nix", `{ insomnia }:
insomnia.lib.mkProfile {
  name = "tried";
  imports = [ insomnia.insomniaProfiles.coder ];
  model.baseUrl = "http://127.0.0.1:9";
}
`)
	p.write("work/.keep", "")
	p.write("home/.keep", "")
	p.env = []string{"PATH=" + root + "/bin:/usr/bin:/bin", "HOME=" + root + "/home", "LANG=C.UTF-8", "TEST_KEY=key", "GORACE=" + os.Getenv("GORACE"),
		"XDG_CONFIG_HOME=" + root + "/config", "XDG_STATE_HOME=" + root + "/state", "XDG_DATA_HOME=" + root + "/data", "XDG_CACHE_HOME=" + root + "/cache"}
	time.Sleep(100 * time.Millisecond) // what has changed a moment ago may change again unseen
	return p
}

func (p *place) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		p.t.Fatal(err)
	}
}

// runs runs insomnia and reports whether the agent program has run; a code below zero is
// for any but 0.
func (p *place) runs(code int, agent bool, words ...string) string {
	p.t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = p.work, p.env
	out, err := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != code && (code >= 0 || got == 0) {
		p.t.Fatalf("exit code %d (%v)\n%s", got, err, out)
	}
	if ran := os.Remove(filepath.Join(p.work, "ran")) == nil; ran != agent {
		p.t.Fatalf("the agent program has run: %v\n%s", ran, out)
	}
	return string(out)
}

// A start runs no other process than those that a Pod has: what the programs of this
// machine are and whether its walls stand is known from the start before.
func TestProcessesOfAStart(t *testing.T) {
	p := newPlace(t)
	p.runs(0, true, p.program, "pod", "new", "user:tried", "--name", "tried", "--prompt", "x", "--print")
	p.runs(0, true, p.program, "pod", "resume", "tried", "--prompt", "x", "--print")
	trace := filepath.Join(p.root, "trace")
	p.runs(0, true, "strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-s", "256", "-o", trace, p.program, "pod", "resume", "tried", "--prompt", "x", "--print")
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	var started []string
	for _, m := range regexp.MustCompile(`execve\("([^"]*)", \["[^"]*"(?:, "([^"]*)")?`).FindAllStringSubmatch(string(text), -1) {
		started = append(started, filepath.Base(m[1])+" "+m[2])
	}
	want := "insomnia pod|insomnia pod-supervise|bwrap --unshare-user|bwrap --unshare-user|insomnia pod-inner|claude --setting-sources"
	if got := strings.Join(started, "|"); got != want { // bwrap twice: a script that runs it
		t.Errorf("started:\n%s", strings.Join(started, "\n"))
	}
}

// Where bubblewrap has ceased to work since, no agent program runs, and the start that
// follows knows.
func TestWallsThatHaveCeased(t *testing.T) {
	p := newPlace(t)
	p.runs(0, true, p.program, "pod", "new", "user:tried", "--name", "tried", "--prompt", "x", "--print")
	p.runs(0, true, p.program, "pod", "resume", "tried", "--prompt", "x", "--print")
	p.write("broken", "")
	if out := p.runs(-1, false, p.program, "pod", "resume", "tried", "--prompt", "x", "--print"); !strings.Contains(out, "No permissions to create new namespace") || strings.Contains(out, "--allow-unenforced") {
		t.Errorf("%s", out)
	}
	if out := p.runs(-1, false, p.program, "pod", "resume", "tried", "--prompt", "x", "--print"); !strings.Contains(out, "--allow-unenforced") {
		t.Errorf("%s", out)
	}
	if err := os.Remove(filepath.Join(p.root, "broken")); err != nil {
		t.Fatal(err)
	}
	p.runs(0, true, p.program, "pod", "resume", "tried", "--prompt", "x", "--print")
	// Another version of the program is asked again.
	p.write("node_modules/claude-code/claude", "#!/bin/sh\ncase $1 in --version) echo '1.0.0 (Claude Code)' ;; *) echo >ran ;; esac\n")
	if out := p.runs(-1, false, p.program, "pod", "resume", "tried", "--prompt", "x", "--print"); !strings.Contains(out, "version 1.0.0") {
		t.Errorf("%s", out)
	}
}
