//go:build unix

package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// bound makes bindings with one secret `a`.
func bound(uri string, hosts ...string) *Bindings {
	return &Bindings{all: map[string]Binding{"a": {Name: "a", URI: uri, Hosts: hosts}}, Store: &Store{}}
}

// take reads the secret `a`.
func take(b *Bindings) (string, error) {
	s, err := b.Named(context.Background(), "a")
	if err != nil {
		return "", err
	}
	var out string
	err = s.Use(func(value []byte) error { out = string(value); return nil })
	return out, err
}

func gives(t *testing.T, b *Bindings, want string) {
	t.Helper()
	if got, err := take(b); err != nil || got != want {
		t.Errorf("%q, not %q: %s", got, want, report(err))
	}
}

func fails(t *testing.T, b *Bindings, exit diag.Exit, code string) {
	t.Helper()
	got, err := take(b)
	if got != "" || !diag.CodeIs(err, code) || diag.From(err).Exit != exit {
		t.Errorf("%q, not %s (%d): %s", got, code, exit, report(err))
	}
	if strings.Contains(report(err), canary) {
		t.Errorf("the error holds the value: %s", report(err))
	}
}

func TestVariables(t *testing.T) {
	t.Setenv("SECRET_A", canary)
	t.Setenv("SECRET_EMPTY", "")
	t.Setenv("SECRET_BREAK", canary+"\n")
	gives(t, bound("env:SECRET_A"), canary)
	gives(t, bound("env:SECRET_BREAK"), canary+"\n") // as it is
	fails(t, bound("env:SECRET_EMPTY"), diag.ExitRefused, "secret-value")
	fails(t, bound("env:SECRET_NONE"), diag.ExitNotFound, "secret-missing")
	fails(t, bound("env:"), diag.ExitUsage, "secret-place")
	if _, err := take(bound("env:SECRET_NONE")); !strings.Contains(report(err), "export SECRET_NONE in the shell") || !strings.Contains(report(err), "insomnia secret bind a age:a, then: insomnia secret set a") {
		t.Error(report(err))
	}
	if _, err := take(bound("env:secret_a")); !strings.Contains(report(err), "did you mean SECRET_A? insomnia secret bind a env:SECRET_A") {
		t.Error(report(err))
	}
	fails(t, bound("env:A=B"), diag.ExitUsage, "secret-place")
}

func TestFiles(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(home, name)
		os.WriteFile(path, []byte(content), 0o600)
		os.Chmod(path, mode)
		return "file:" + path
	}
	key := file("key", canary+"\n", 0o600)
	gives(t, bound(key), canary)
	gives(t, bound("file:~/key"), canary)
	gives(t, bound(file("readonly", canary, 0o400)), canary)
	gives(t, bound(file("windows", canary+"\r\n", 0o600)), canary)
	gives(t, bound(file("lines", "BEGIN\n"+canary+"\nEND\n", 0o600)), "BEGIN\n"+canary+"\nEND\n")
	gives(t, bound(file("largest", strings.Repeat("k", MaxBytes)+"\n", 0o600)), strings.Repeat("k", MaxBytes))
	fails(t, bound(file("larger", strings.Repeat("k", MaxBytes+1), 0o600)), diag.ExitRefused, "secret-value")
	fails(t, bound(file("huge", strings.Repeat("k", 1<<20), 0o600)), diag.ExitRefused, "secret-value")
	fails(t, bound(file("empty", "", 0o600)), diag.ExitRefused, "secret-value")
	fails(t, bound(file("blank", "\n", 0o600)), diag.ExitRefused, "secret-value")
	fails(t, bound(file("nul", canary+"\x00", 0o600)), diag.ExitRefused, "secret-value")
	fails(t, bound(file("shared", canary, 0o640)), diag.ExitRefused, "secret-unsafe")
	fails(t, bound(file("open", canary, 0o604)), diag.ExitRefused, "secret-unsafe")
	fails(t, bound("file:"+filepath.Join(home, "none")), diag.ExitNotFound, "secret-missing")
	fails(t, bound("file:key"), diag.ExitUsage, "secret-place")
	fails(t, bound("file:"), diag.ExitUsage, "secret-place")
	fails(t, bound("file:"+home), diag.ExitRefused, "secret-unsafe")
	os.Symlink(filepath.Join(home, "key"), filepath.Join(home, "link"))
	fails(t, bound("file:~/link"), diag.ExitRefused, "secret-unsafe")
	if err := syscall.Mkfifo(filepath.Join(home, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, bound("file:~/pipe"), diag.ExitRefused, "secret-unsafe")
}

// script writes a stand-in for op, pass and their like.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stand-in")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCommands(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	gives(t, bound("exec:"+script(t, "echo "+canary)), canary)
	gives(t, bound("exec:"+script(t, "printf %s "+canary)), canary)
	gives(t, bound("exec:"+script(t, `printf 'a\nb\n'`)), "a\nb\n")
	gives(t, bound("exec:printf %s "+canary), canary) // found in PATH

	// Words, not a shell.
	words := script(t, `for word; do printf '[%s]' "$word"; done`)
	gives(t, bound(`exec:`+words+` 'a b' "c $HOME" * $(id) ; x\ y`), `[a b][c $HOME][*][$(id)][;][x y]`)

	// In the user's home, without input, terminal, or the variables of other secrets.
	t.Setenv("SECRET_A", canary)
	b := bound("exec:" + script(t, `pwd; cat; echo "${SECRET_A-unset}"; (: < /dev/tty) 2>/dev/null || echo no terminal; cut -d ' ' -f 5 /proc/$$/stat; echo $$`))
	b.all["b"] = Binding{Name: "b", URI: "env:SECRET_A"}
	got, err := take(b)
	lines := strings.Split(got, "\n")
	if home, _ := filepath.EvalSymlinks(os.Getenv("HOME")); err != nil || len(lines) < 5 || lines[0] != home || lines[1] != "unset" || lines[2] != "no terminal" || lines[3] != lines[4] {
		t.Errorf("%q %s", got, report(err))
	}
	if slices.ContainsFunc(b.Environment(), func(s string) bool { return strings.HasPrefix(s, "SECRET_A=") }) {
		t.Error("a child would inherit the variable of a secret")
	}

	fails(t, bound("exec:"+script(t, "echo "+canary+" >&2; echo "+canary+"; exit 3")), diag.ExitMissing, "secret-command-fails")
	fails(t, bound("exec:"+script(t, "kill -9 $$")), diag.ExitMissing, "secret-command-fails")
	fails(t, bound("exec:"+script(t, ":")), diag.ExitRefused, "secret-value")
	fails(t, bound("exec:no-such-program x"), diag.ExitMissing, "secret-command-missing")
	fails(t, bound("exec:/no/such/program"), diag.ExitMissing, "secret-command-missing")
	fails(t, bound("exec:./get-key"), diag.ExitUsage, "secret-place")
	fails(t, bound("exec:"), diag.ExitUsage, "secret-place")
	fails(t, bound("exec:op 'unclosed"), diag.ExitUsage, "secret-place")
	fails(t, bound("exec:"+script(t, "head -c 65537 /dev/zero | tr '\\0' k")), diag.ExitRefused, "secret-value")
	gives(t, bound("exec:"+script(t, "head -c 65536 /dev/zero | tr '\\0' k; echo")), strings.Repeat("k", MaxBytes))

	// A program in the working directory is none.
	t.Chdir(t.TempDir())
	os.WriteFile("planted", []byte("#!/bin/sh\necho "+canary), 0o700)
	t.Setenv("PATH", ".:"+os.Getenv("PATH"))
	fails(t, bound("exec:planted"), diag.ExitMissing, "secret-command-missing")
}

// A command gets the variables of a session and of password managers, and starts
// in a directory that no project fills.
func TestCommandsStartClean(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, value := range map[string]string{"LD_AUDIT": "", "NODE_OPTIONS": "x", "GIT_SSH_COMMAND": "x", "PROJECT_TOKEN": canary, "PYTHONPATH": ".", "BASH_ENV": "",
		"VAULT_ADDR": "https://vault.example.org", "LC_TIME": "C"} {
		t.Setenv(name, value)
	}
	for _, home := range []string{"", "relative", "/no/such/home", "/dev/null"} {
		t.Setenv("HOME", home)
		got, err := take(bound("exec:/bin/sh -c 'pwd; env'"))
		if lines := strings.Split(got, "\n"); err != nil || lines[0] != "/" || !slices.Contains(lines, "VAULT_ADDR=https://vault.example.org") || !slices.Contains(lines, "LC_TIME=C") {
			t.Errorf("HOME=%s: %q %s", home, got, report(err))
		}
		for _, name := range []string{"LD_AUDIT", "NODE_OPTIONS", "GIT_SSH_COMMAND", "PROJECT_TOKEN", "PYTHONPATH", "BASH_ENV"} {
			if strings.Contains(got, name+"=") {
				t.Errorf("%s is inherited", name)
			}
		}
	}
}

// A command that hangs or floods ends, with everything that it started.
func TestCommandsThatDoNotEnd(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	pids := filepath.Join(t.TempDir(), "pids")
	started := "echo $$ >> " + pids + "; (echo $BASHPID >> " + pids + "; exec sleep 1000) & echo $! >> " + pids + "\n"
	for name, test := range map[string]struct{ body, code string }{
		"hangs":                   {"wait", "secret-command-hangs"},
		"hangs after the value":   {"echo " + canary + "; wait", "secret-command-hangs"},
		"ignores signals":         {"trap '' TERM INT HUP; echo " + canary + "; while :; do sleep 1; done", "secret-command-hangs"},
		"floods":                  {"yes " + canary, "secret-command-floods"},
		"floods in one line":      {"cat /dev/zero", "secret-command-floods"},
		"leaves something behind": {"echo " + canary, ""},
	} {
		t.Run(name, func(t *testing.T) {
			os.Remove(pids)
			b := bound("exec:" + script(t, started+test.body))
			b.Timeout = time.Minute
			switch test.code {
			case "":
				gives(t, b, canary)
			case "secret-command-hangs": // only the deadline ends it, which must not come before its children
				for b.Timeout = time.Second; ; b.Timeout *= 2 {
					os.Remove(pids)
					fails(t, b, diag.ExitMissing, test.code)
					if allStarted(pids) {
						break
					}
					if b.Timeout > time.Minute {
						t.Fatal("the command does not start")
					}
				}
			default:
				fails(t, b, diag.ExitMissing, test.code)
			}
			allGone(t, pids)
		})
	}
	t.Run("ctrl-C", func(t *testing.T) {
		os.Remove(pids)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer cancel()
			for deadline := time.Now().Add(time.Minute); !allStarted(pids) && time.Now().Before(deadline); {
				time.Sleep(10 * time.Millisecond)
			}
		}()
		_, err := bound("exec:"+script(t, started+"wait")).Named(ctx, "a")
		if !errors.Is(err, context.Canceled) {
			t.Error(report(err))
		}
		allGone(t, pids)
	})
}

// allStarted reports whether the command and its two children have written their lines.
func allStarted(pids string) bool {
	data, _ := os.ReadFile(pids)
	return strings.Count(string(data), "\n") == 3
}

func allGone(t *testing.T, pids string) {
	t.Helper()
	data, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range strings.Fields(string(data)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			continue
		}
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err != nil || strings.Contains(string(stat), ") Z ") {
				break
			}
			if time.Now().After(deadline) {
				t.Errorf("process %d still runs", pid)
				break
			}
		}
	}
}

// One name, one backend: where it fails, no other is asked.
func TestNoOtherBackendIsAsked(t *testing.T) {
	t.Setenv("a", canary)
	t.Setenv("A", canary)
	s := storeIn(t.TempDir())
	set(t, s, "a", canary)
	b := bound("env:NONE")
	b.Store = s
	fails(t, b, diag.ExitNotFound, "secret-missing")
	b.all["a"] = Binding{Name: "a", URI: "vault:a"}
	fails(t, b, diag.ExitUsage, "secret-backend")
	delete(b.all, "a")
	fails(t, b, diag.ExitNotFound, "secret-unbound")
	b.all["a"] = Binding{Name: "a", URI: "age:a"}
	gives(t, b, canary)
	b.all["a"] = Binding{Name: "a", URI: "age:../a"}
	fails(t, b, diag.ExitUsage, "secret-place")
}
