//go:build unix

package nix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
)

// The test binary plays nix: called as fake-MODE it behaves badly in that way.
// The mode is in the name since the environment does not get through.
func TestMain(m *testing.M) {
	if mode, ok := strings.CutPrefix(filepath.Base(os.Args[0]), "fake-"); ok {
		os.Exit(fake(mode))
	}
	os.Exit(m.Run())
}

const errorLine = `@nix {"action":"msg","level":0,"msg":"x","raw_msg":"it \u001b[31mbroke\u001b[0m","file":"/src/flake.nix","line":3,"column":5,"trace":[{"raw_msg":"while doing","file":"/src/b.nix","line":1,"column":2},{"raw_msg":"insomnia-profile=4"}]}`

func fake(mode string) int {
	if mode == "child" {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
		os.WriteFile(filepath.Join(os.Getenv("HOME"), "child"), nil, 0o600)
		time.Sleep(time.Hour)
	}
	if len(os.Args) > 1 && os.Args[len(os.Args)-1] == "--version" {
		switch mode {
		case "old":
			fmt.Println("nix (Nix) 2.3.16")
		case "nonsense":
			fmt.Println("hello, world")
		case "determinate":
			fmt.Println("nix (Determinate Nix 3.5.2) 2.28.3")
		default:
			fmt.Println("nix (Nix) 2.8.0")
		}
		return 0
	}
	os.WriteFile(filepath.Join(os.Getenv("HOME"), "pid"), []byte(strconv.Itoa(os.Getpid())), 0o600)
	switch mode {
	case "hang":
		time.Sleep(time.Hour)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
		child(mode)
		for {
		}
	case "orphan", "orphan-fail":
		child(mode)
		fmt.Print(`{"x":1}`)
		if mode == "orphan-fail" {
			fmt.Fprintln(os.Stderr, errorLine)
			return 1
		}
	case "half":
		fmt.Print(`{"x":`)
		fmt.Fprintln(os.Stderr, errorLine)
		return 1
	case "warns":
		fmt.Fprintln(os.Stderr, "plain words")
		fmt.Fprintln(os.Stderr, `@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m a warning"}`)
		fmt.Fprintln(os.Stderr, `@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m error: SQLite database '\u001b[35;1m/nix/var/nix/db/db.sqlite\u001b[0m' is busy"}`)
		fmt.Fprintln(os.Stderr, `@nix not json at all`)
		fmt.Print(`{"x":1}`)
	case "flood-stdout":
		for {
			os.Stdout.Write(make([]byte, 1<<20))
		}
	case "flood-stderr":
		for {
			fmt.Fprintln(os.Stderr, strings.Repeat("x", 1000))
		}
	case "flood-line":
		for {
			os.Stderr.WriteString(strings.Repeat("x", 1<<16))
		}
	case "flood-trace":
		fmt.Fprintln(os.Stderr, `@nix {"action":"msg","level":0,"raw_msg":"deep","msg":"`+strings.Repeat("x", 3<<20)+`"}`)
		return 1
	case "suicide":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "plain":
		fmt.Fprintln(os.Stderr, "error: stack overflow")
		return 1
	case "silent", "old", "nonsense", "determinate":
		return 1
	case "environment":
		fmt.Print(strings.Join(os.Environ(), "\x00"))
	case "downloads":
		fmt.Fprintln(os.Stderr, `@nix {"action":"start","id":7,"level":4,"text":"downloading 'https://example.org/x'","type":101}`)
		time.Sleep(4 * time.Second)
		fmt.Fprintln(os.Stderr, `@nix {"action":"stop","id":7}`)
		fmt.Print(`{"x":1}`)
	}
	return 0
}

// child leaves a process behind that keeps the pipes open.
func child(mode string) {
	name := filepath.Join(os.Getenv("HOME"), "fake-child")
	program, _ := os.Executable()
	os.Symlink(program, name)
	cmd := exec.Command(name)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Start()
}

// run calls the fake and makes sure that nothing of it is left afterwards.
func run(t *testing.T, ctx context.Context, mode string, timeout time.Duration) (*Output, error) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "fake-"+mode)
	if err := os.Symlink(program, link); err != nil {
		t.Fatal(err)
	}
	nix := &Nix{Program: link, CacheDir: filepath.Join(dir, "cache")}
	out, err := nix.Run(ctx, Call{Args: []string{"eval"}, Dir: dir, Timeout: timeout})
	pid, readErr := os.ReadFile(filepath.Join(dir, "pid"))
	if readErr != nil {
		t.Fatalf("the fake did not run: %v (%v)", readErr, err)
	}
	group, _ := strconv.Atoi(string(pid))
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if alive := groupMembers(t, group); len(alive) == 0 {
			return out, err
		} else if time.Now().After(deadline) {
			t.Fatalf("processes left behind: %v", alive)
		}
	}
}

// groupMembers are the processes of a group that still run; zombies do not.
func groupMembers(t *testing.T, group int) []string {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		if syscall.Kill(-group, 0) == nil {
			return []string{strconv.Itoa(group)}
		}
		return nil
	}
	var alive []string
	for _, name := range stats {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		if len(fields) > 2 && fields[2] == strconv.Itoa(group) && fields[0] != "Z" {
			alive = append(alive, name)
		}
	}
	return alive
}

func TestBadNix(t *testing.T) {
	for _, test := range []struct {
		mode    string
		timeout time.Duration
		exit    diag.Exit
		code    string
		message string
	}{
		{"hang", 3 * time.Second, diag.ExitEvaluation, "deadline", "nix did not finish within 3s and was stopped"},
		{"stubborn", 3 * time.Second, diag.ExitEvaluation, "deadline", "nix did not finish within 3s and was stopped"},
		{"flood-stdout", 20 * time.Second, diag.ExitEvaluation, "output-too-large", "nix printed more than 16 MiB and was stopped"},
		{"flood-stderr", 20 * time.Second, diag.ExitEvaluation, "messages-too-large", "nix wrote more than 1 MiB of messages and was stopped"},
		{"flood-line", 20 * time.Second, diag.ExitEvaluation, "messages-too-large", "nix wrote more than 1 MiB of messages and was stopped"},
		{"old", 20 * time.Second, diag.ExitMissing, "nix-too-old", "Nix 2.3.16 is too old: 2.8 or newer is needed"},
		{"nonsense", 20 * time.Second, diag.ExitMissing, "nix-unknown", "does not behave like Nix: exited with status 1"},
	} {
		t.Run(test.mode, func(t *testing.T) {
			began := time.Now()
			out, err := run(t, context.Background(), test.mode, test.timeout)
			if out != nil {
				t.Error("output from a failed call")
			}
			var e *diag.Error
			if !errors.As(err, &e) {
				t.Fatalf("not a diagnostic: %v", err)
			}
			d := e.Diagnostics[0]
			if e.Exit != test.exit || d.Code != test.code || !strings.Contains(d.Message, test.message) {
				t.Errorf("exit %d, %s: %s", e.Exit, d.Code, d.Message)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	for mode, message := range map[string]string{
		"half":        "it broke",
		"orphan-fail": "it broke",
		"flood-trace": "deep",
		"suicide":     "nix was killed by a signal (killed) without saying why",
		"silent":      "nix exited with status 1 without saying why",
		"plain":       "stack overflow",
		"determinate": "nix exited with status 1 without saying why",
	} {
		t.Run(mode, func(t *testing.T) {
			out, err := run(t, context.Background(), mode, 20*time.Second)
			var failure *report
			if out != nil || !errors.As(err, &failure) {
				t.Fatalf("%v, %v", out, err)
			}
			if failure.message != message {
				t.Errorf("message %q", failure.message)
			}
			if mode == "half" && (len(failure.frames) != 3 || failure.frames[0] != (evaluate.Frame{File: "/src/flake.nix", Line: 3, Column: 5}) ||
				failure.frames[2].Message != "insomnia-profile=4") {
				t.Errorf("frames %+v", failure.frames)
			}
			if mode == "determinate" && failure.version != "2.28.3" {
				t.Errorf("version %s", failure.version)
			}
		})
	}
}

func TestSuccess(t *testing.T) {
	for _, mode := range []string{"warns", "orphan"} {
		t.Run(mode, func(t *testing.T) {
			began := time.Now()
			out, err := run(t, context.Background(), mode, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if string(out.Stdout) != `{"x":1}` {
				t.Errorf("stdout %q", out.Stdout)
			}
			if mode == "warns" && (len(out.Warnings) != 1 || out.Warnings[0] != "a warning") {
				t.Errorf("warnings %q", out.Warnings)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if _, err := os.Stat(filepath.Join(os.Getenv("HOME"), "child")); err == nil { // run has set HOME
				return
			}
		}
	}()
	_, err := run(t, ctx, "stubborn", 2*time.Minute)
	if e := diag.From(err); e.Exit != diag.ExitInterrupted {
		t.Errorf("exit %d: %v", e.Exit, err)
	}
}

func TestDownloadsDoNotCount(t *testing.T) {
	if _, err := run(t, context.Background(), "downloads", 3*time.Second); err != nil {
		t.Error(err)
	}
}

func TestMissing(t *testing.T) {
	nix := &Nix{Program: filepath.Join(t.TempDir(), "nix"), CacheDir: t.TempDir()}
	_, err := nix.Run(context.Background(), Call{})
	e := diag.From(err)
	if e.Exit != diag.ExitMissing || e.Diagnostics[0].Code != "nix-missing" || !strings.Contains(e.Diagnostics[0].Hint, "--manifest FILE") {
		t.Errorf("%+v", e)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("GIT_DIR", "/elsewhere")
	t.Setenv("NIX_PATH", "nixpkgs=/elsewhere")
	t.Setenv("ANTHROPIC_API_KEY", "canary")
	t.Setenv("https_proxy", "http://proxy.example")
	t.Setenv("NIX_CONFIG", "cores = 3\naccept-flake-config = true")
	out, err := run(t, context.Background(), "environment", 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, entry := range strings.Split(string(out.Stdout), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		got[name] = value
	}
	for _, name := range []string{"GIT_DIR", "ANTHROPIC_API_KEY"} {
		if _, ok := got[name]; ok {
			t.Errorf("%s got through", name)
		}
	}
	if got["NIX_PATH"] != "" || got["https_proxy"] != closedProxy || got["GIT_ALLOW_PROTOCOL"] != "file" {
		t.Errorf("unguarded: %q", got)
	}
	config := got["NIX_CONFIG"]
	mine, guard := strings.Index(config, "accept-flake-config = true"), strings.Index(config, "accept-flake-config = false")
	if !strings.HasPrefix(config, "cores = 3\n") || mine < 0 || guard < mine {
		t.Errorf("the guards do not come last:\n%s", config)
	}
	if _, err := os.Stat(filepath.Join(got["XDG_DATA_HOME"], "nix")); !os.IsNotExist(err) {
		t.Errorf("XDG_DATA_HOME is not empty: %v", err)
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]struct{ old, vulnerable bool }{
		"1.11": {true, true}, "2.3.16": {true, true}, "2.7.0": {true, true}, "2.8": {false, true}, "2.8.0": {false, true},
		"2.28.7": {false, true}, "2.28.8": {false, false}, "2.29.9": {false, true}, "2.34.8": {false, true},
		"2.34.9": {false, false}, "2.35.3": {false, false}, "2.36.0": {false, false}, "3.0": {false, false},
	} {
		if TooOld(version) != want.old || Vulnerable(version) != want.vulnerable {
			t.Errorf("%s: too old %v, vulnerable %v", version, TooOld(version), Vulnerable(version))
		}
	}
}
