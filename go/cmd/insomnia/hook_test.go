package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/toolcall"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// hooked is the program, and the socket of a guard that allows `git status` alone.
func hooked(t testing.TB, handshake runtime.Handshake) (program, socket string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "insomnia")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir, err := os.MkdirTemp("", "hook")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &manifest.Manifest{Permissions: manifest.Permissions{Mode: "ask", Default: "deny", Rules: []manifest.Rule{{Action: "allow", Tool: "bash", Pattern: "git status"}}}}
	m.Tools.Default = "allow"
	rules, err := permission.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	site, err := toolcall.Open(dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	driver := &runtime.Driver{Handshake: handshake, Calls: func(u runtime.ToolUse) ([]permission.Call, error) {
		return []permission.Call{{Tool: "bash", Command: string(bytes.Trim(u.Input, `"`))}}, nil
	}}
	server, err := guard.New(guard.Config{Driver: driver, Manifest: m, Guard: rules, Site: site})
	if err != nil {
		t.Fatal(err)
	}
	socket = filepath.Join(dir, "s")
	l, err := guard.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return program, socket
}

func call(command string) string {
	return `{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":"` + command + `"}`
}

// The hook needs nothing of the user: no home, no config, no environment. It writes no file.
func TestPodHook(t *testing.T) {
	program, socket := hooked(t, runtime.PerSession)
	home := t.TempDir()
	broken := filepath.Join(home, ".config", "insomnia")
	if err := os.MkdirAll(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, "config.toml"), []byte("= broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args           []string
		stdin          string
		env            []string
		code           int
		stdout, stderr string
	}{
		{[]string{"claude-code", socket}, call("git status"), []string{}, 0, `"permissionDecision":"allow"`, ""},
		{[]string{"claude-code", socket}, call("git push"), []string{}, 2, `"permissionDecision":"deny"`, "denied: no rule decides the command `git push`; the default is `deny`\n"},
		{[]string{"codex", socket}, call("git status"), []string{"HOME=" + home, "INSOMNIA_DEBUG=1", "XDG_CONFIG_HOME=" + home}, 0, "", ""},
		{[]string{"codex", socket}, call("git push"), []string{"HOME=" + home}, 2, `"permissionDecision":"deny"`, "denied: no rule decides the command `git push`; the default is `deny`\n"},
		{[]string{"codex", socket + "x"}, call("git status"), []string{"HOME=" + home}, 2, "", "the Pod's guard does not answer: no tool runs (no such file or directory)\n"},
		{[]string{"--help"}, "", []string{"HOME=" + home}, 2, "", "the Pod's guard does not answer: no tool runs (usage: insomnia pod-hook RUNTIME|token SOCKET)\n"},
		{[]string{"token", socket}, "", []string{"HOME=" + home}, 2, "", "the program gets its token in another way\n"},
	} {
		cmd := exec.Command(program, append([]string{"pod-hook"}, c.args...)...)
		cmd.Env, cmd.Stdin = c.env, strings.NewReader(c.stdin)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != c.code || stderr.String() != c.stderr || !strings.Contains(stdout.String(), c.stdout) || c.stdout == "" && stdout.Len() > 0 {
			t.Errorf("%v: exit code %d, %q, %q", c.args, code, &stdout, &stderr)
		}
	}
	var files []string
	filepath.WalkDir(home, func(path string, _ os.DirEntry, _ error) error { files = append(files, path); return nil })
	if len(files) != 4 {
		t.Errorf("files in the home directory: %v", files)
	}
}

// A program that does not read the answer gets the exit code that stops the tool, and no signal.
func TestPodHookWithoutReader(t *testing.T) {
	program, socket := hooked(t, runtime.PerSession)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := exec.Command(program, "pod-hook", "claude-code", socket)
	cmd.Env, cmd.Stdin, cmd.Stdout = []string{}, strings.NewReader(call("git status")), w
	_ = cmd.Run()
	w.Close()
	if code := cmd.ProcessState.ExitCode(); code != 2 {
		t.Errorf("exit code %d", code)
	}
}

// If the guard's backlog is full, the hook gets no answer and ends by itself.
func TestPodHookBeforeFullBacklog(t *testing.T) {
	program, socket := hooked(t, runtime.PerSession)
	socket += "2"
	l, err := net.Listen("unix", socket) // which never accepts
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cmd := exec.Command(program, "pod-hook", "codex", socket)
	cmd.Env, cmd.Stdin = []string{}, strings.NewReader(call("git status"))
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(string(out), "does not answer: no tool runs") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// Where a program holds a connection, no tool that connects stands for it.
func TestHelloOfAnotherProcess(t *testing.T) {
	program, socket := hooked(t, runtime.PerConnection)
	held, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	answer := make([]byte, 64)
	if _, err = held.Write([]byte(`{"kind":"hello"}` + "\n")); err == nil {
		_, err = held.Read(answer)
	}
	if err != nil || !bytes.Contains(answer, []byte("allow")) {
		t.Fatalf("%s %v", answer, err)
	}
	cmd := exec.Command(program, "pod-hook", "codex", socket)
	cmd.Env, cmd.Stdin = []string{}, strings.NewReader(`{"hook_event_name":"SessionStart"}`)
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 2 || string(out) != "another process holds the connection of the program\n" {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func BenchmarkPodHook(b *testing.B) {
	program, socket := hooked(b, runtime.PerSession)
	for b.Loop() {
		cmd := exec.Command(program, "pod-hook", "codex", socket)
		cmd.Env, cmd.Stdin = []string{}, strings.NewReader(call("git status"))
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
