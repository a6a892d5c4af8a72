//go:build unix

package permissions

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// What the guard allows, a real bash runs: no program that a rule denies may run in
// it. The programs on PATH are stubs that record that they ran; the denied ones have
// names that no system has.
//
//	INSOMNIA_GUARD_LINES=20000  lines to run
//	INSOMNIA_GUARD_SEED=7       other lines
func TestBashRunsNothingDenied(t *testing.T) {
	program, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	lines, seed := number(t, "INSOMNIA_GUARD_LINES", 500), uint64(number(t, "INSOMNIA_GUARD_SEED", 1))
	guards := []*permission.Guard{parse(t, openManifest()), parse(t, closedManifest())}

	const workers = 2
	var next, allowed, ran, denied atomic.Int64
	var group sync.WaitGroup
	for range workers {
		b := newBash(t, program)
		group.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(lines) || t.Failed() {
					return
				}
				g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(i))), stubs: b.stubs}
				line := g.line()
				allows := -1
				for j, guard := range guards {
					if guard.Decide(bash(line)).Action == "allow" {
						allows = j
					}
				}
				log, kept, err := b.run(line)
				if err != nil {
					t.Errorf("line %d, %q: %v", i, line, err)
					return
				}
				if log != "" {
					ran.Add(1)
				}
				bad := strings.Contains(log, "denied\n") || kept
				if bad {
					denied.Add(1)
				}
				if allows < 0 {
					continue
				}
				allowed.Add(1)
				if bad {
					t.Errorf("line %d is allowed by manifest %d, and ran what is denied or wrote what is kept:\n%s\nran:\n%s", i, allows, line, log)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d lines: %d ran a program, %d ran a denied one; the guard allowed %d", lines, ran.Load(), denied.Load(), allowed.Load())
	if lines >= 500 && (allowed.Load() < int64(lines/50) || denied.Load() < int64(lines/20)) {
		t.Errorf("the lines are too much alike: %d allowed, %d ran a denied program", allowed.Load(), denied.Load())
	}
}

func number(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func deniedRules() []manifest.Rule {
	return append(append(rules("deny", "bash", "zap", "zap *", "wipe*", "git push*", "fetch * | bash*", "fetch * | sh*"),
		rules("deny", "write", "keep/**")...), rules("deny", "edit", "keep/**")...)
}

// openManifest allows what no rule denies.
func openManifest() *manifest.Manifest {
	m := &manifest.Manifest{}
	m.Tools.Default = "allow"
	m.Permissions = manifest.Permissions{Mode: "auto", Default: "allow", Rules: deniedRules()}
	return m
}

// closedManifest asks about what no rule allows, but allows most commands.
func closedManifest() *manifest.Manifest {
	m := openManifest()
	m.Permissions.Mode, m.Permissions.Default = "ask", "ask"
	m.Permissions.Rules = append(m.Permissions.Rules, rules("allow", "bash", "look", "look *", "echo *", "git *", "env *", "bash *", "sh *", "find *", "xargs *", "fetch *", "export *", "cat", "cat *")...)
	m.Permissions.Rules = append(m.Permissions.Rules, rules("allow", "write", "**")...)
	return m
}

// shell runs lines in a directory of its own.
type shell struct {
	bash, stubs, dir, log, keep string
}

func newBash(t *testing.T, bash string) *shell {
	root := t.TempDir()
	b := &shell{bash: bash, stubs: filepath.Join(root, "bin"), dir: filepath.Join(root, "work"), log: filepath.Join(root, "log")}
	b.keep = filepath.Join(b.dir, "keep")
	for _, dir := range []string{b.stubs, b.keep, filepath.Join(b.dir, "out")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Each stub has its own PATH again, whatever the line has done to it.
	head := "#!" + bash + " -p\nPATH='" + b.stubs + "'\nexport PATH\nunset BASH_ENV ENV\nran() { printf '%s\\n' \"$*\" >>'" + b.log + "'; }\n"
	stubs := map[string]string{
		"zap":  "ran denied",
		"wipe": "ran denied",
		"look": "ran look",
		"make": "ran make",
		"cat":  "ran cat\nprintf 'zap y\\n'",
		// What is downloaded is harmless here; that it is run is what is denied.
		"fetch": "ran fetch\nprintf 'fetched() { :; }\\nran_fetched=1\\n'",
		"git": `while [[ $1 == -* ]]; do case $1 in -C|-c|--git-dir|--work-tree|--namespace) shift;; esac; shift; done
case $1 in push*) ran denied;; *) ran git;; esac`,
		"bash":    "exec '" + bash + "' --norc \"$@\"",
		"sh":      "exec '" + bash + "' --norc \"$@\"",
		"env":     `while [[ $1 == -* ]]; do case $1 in -u|-C) shift;; esac; shift; done; while [[ $1 == *=* ]]; do shift; done; ran env; "$@"`,
		"nohup":   `"$@"`,
		"timeout": `while [[ $1 == -* ]]; do case $1 in -k|-s) shift;; esac; shift; done; shift; "$@"`,
		"nice":    `while [[ $1 == -* ]]; do case $1 in -n) shift;; esac; shift; done; "$@"`,
		"stdbuf":  `while [[ $1 == -* ]]; do shift; done; "$@"`,
		"setsid":  `while [[ $1 == -* ]]; do shift; done; "$@"`,
		"sudo":    `while [[ $1 == -* ]]; do case $1 in -u) shift;; esac; shift; done; "$@"`,
		"xargs": `mark=; while [[ $1 == -* ]]; do case $1 in -I) mark=$2; shift;; -n) shift;; esac; shift; done; (($#)) || set -- echo
while read -r line; do if [[ $mark ]]; then "${@//"$mark"/$line}"; else "$@" $line; fi; done`,
		"find": `while (($#)); do case $1 in -exec|-execdir) shift; run=(); while (($#)) && [[ $1 != ';' && $1 != + ]]; do run+=("${1//'{}'/x}"); shift; done; "${run[@]}";; esac; shift; done`,
	}
	for name, body := range stubs {
		if err := os.WriteFile(filepath.Join(b.stubs, name), []byte(head+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// run runs a line and returns what the stubs recorded, and whether something was
// written to the kept directory.
func (b *shell) run(line string) (log string, kept bool, err error) {
	if err := os.WriteFile(b.log, nil, 0o644); err != nil {
		return "", false, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	const limits = `ulimit -t 5 -f 64 -n 64; exec "$0" --norc --noprofile -c "$1"`
	cmd := exec.CommandContext(ctx, b.bash, "--norc", "--noprofile", "-c", limits, b.bash, line)
	cmd.Dir, cmd.Env = b.dir, []string{"PATH=" + b.stubs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// Whatever runs in the background still has the pipe.
	read, write, err := os.Pipe()
	if err != nil {
		return "", false, err
	}
	defer read.Close()
	cmd.ExtraFiles = []*os.File{write}
	err = cmd.Start()
	write.Close()
	if err != nil {
		return "", false, err
	}
	_ = read.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.Copy(io.Discard, read)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait()
	text, err := os.ReadFile(b.log)
	if err != nil {
		return "", false, err
	}
	entries, err := os.ReadDir(b.keep)
	if err != nil {
		return "", false, err
	}
	for _, entry := range entries {
		_ = os.Remove(filepath.Join(b.keep, entry.Name()))
	}
	return string(text), len(entries) > 0, nil
}
