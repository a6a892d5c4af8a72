//go:build unix

package cli

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// deaf is an evaluation that checks the clock only every few hundred matches of a long
// text. It announces itself first.
const deaf = `builtins.trace "under way" (let s = builtins.concatStringsSep "" (builtins.genList (_: "abcdefgh") 1250000); ` +
	`in builtins.filter (n: builtins.match "(a|b|c|d|e|f|g|h|i)*x" s != null) (builtins.genList (n: n) 1000))`

// hostileProject is a work tree whose profiles do not end.
func hostileProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		".insomnia/profiles/a.nix": "_: " + deaf,
		"profile.nix":              "_: " + deaf,
		"flake/flake.nix":          "{ outputs = _: { insomniaProfiles.a = " + deaf + "; }; }",
	} {
		writeText(t, filepath.Join(dir, name), text)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return dir
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// onTerminal starts insomnia on a terminal, with a home of its own.
func onTerminal(t *testing.T, dir string, args ...string) (*exec.Cmd, *os.File) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, ".home")
	cmd := &exec.Cmd{Path: self, Args: append([]string{"insomnia"}, args...), Dir: dir,
		Env: []string{"HOME=" + home, "XDG_STATE_HOME=" + home + "/state", "PATH=" + os.Getenv("PATH"), "TERM=xterm", "GIT_CONFIG_GLOBAL=/dev/null", "GORACE=" + os.Getenv("GORACE")}}
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	hung := time.AfterFunc(60*time.Second, func() { cmd.Process.Kill() })
	t.Cleanup(func() { hung.Stop() })
	return cmd, master
}

// One signal ends the program, whatever it is doing.
func TestInterruption(t *testing.T) {
	// What is started ignores the signals that this process ignores, as under nohup,
	// and not those that it handles.
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP)
	defer signal.Stop(handled)
	dir := hostileProject(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // connections are made, and nothing is said
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	const oldLock = `{"nodes":{"root":{}},"root":"root","version":7}`
	writeText(t, filepath.Join(dir, "silent/flake.nix"), `{ inputs.a.url = "http://`+silent.Addr().String()+`/a.tgz"; outputs = _: { }; }`)
	writeText(t, filepath.Join(dir, "silent/flake.lock"), oldLock)
	screens := []string{"new", "n", "choose another", "\r"}
	for name, c := range map[string]struct {
		args  []string
		wait  string         // what the terminal shows when it is time
		typed []string       // what it shows before, and what is then typed
		sig   syscall.Signal // 0: ctrl-C is typed
	}{
		"resolve":          {args: []string{"resolve", "./profile.nix"}, wait: "under way"},
		"resolve, TERM":    {args: []string{"resolve", "./profile.nix"}, wait: "under way", sig: syscall.SIGTERM},
		"resolve, HUP":     {args: []string{"resolve", "./profile.nix"}, wait: "under way", sig: syscall.SIGHUP},
		"resolve a flake":  {args: []string{"resolve", "./flake#a"}, wait: "under way"},
		"profile list":     {args: []string{"profile", "list"}, wait: "under way"},
		"verify":           {args: []string{"verify", "./flake"}, wait: "under way"},
		"lock":             {args: []string{"lock", "path:./silent", "--allow-host", "127.0.0.1"}, wait: "downloading"},
		"lock, TERM":       {args: []string{"lock", "path:./silent", "--allow-host", "127.0.0.1"}, wait: "downloading", sig: syscall.SIGTERM},
		"pod new":          {args: []string{"pod", "new", "./profile.nix", "--no-start"}, wait: "under way"},
		"manifest":         {args: []string{"resolve", "--json", "./profile.nix"}, wait: "under way"},
		"secret exec":      {args: []string{"secret", "exec", "a.b", "--", "sh", "-c", "echo under way; exec sleep 100"}, wait: "under way"},
		"secret set":       {args: []string{"secret", "set", "c.d"}, wait: "(not shown)"},
		"the screens":      {wait: "new"},
		"an evaluation":    {wait: "profiles known", typed: screens},
		"an evaluation, 2": {wait: "profiles known", typed: screens, sig: syscall.SIGTERM},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "secret exec" {
				writeText(t, filepath.Join(dir, ".home/.config/insomnia/config.toml"), "[secrets.\"a.b\"]\nuri = \"env:HOME\"\n")
			}
			cmd, master := onTerminal(t, dir, c.args...)
			var shown bytes.Buffer
			todo := c.typed
			sent := time.Time{}
			for buffer := make([]byte, 4096); ; {
				n, err := master.Read(buffer)
				shown.Write(buffer[:n])
				if len(todo) > 0 && strings.Contains(shown.String(), todo[0]) {
					io.WriteString(master, todo[1])
					todo = todo[2:]
				}
				if sent.IsZero() && len(todo) == 0 && strings.Contains(shown.String(), c.wait) {
					if sent = time.Now(); c.sig != 0 {
						err = cmd.Process.Signal(c.sig)
					} else {
						_, err = io.WriteString(master, "\x03")
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				if err != nil {
					break // no process has the terminal open
				}
			}
			cmd.Wait()
			took := time.Since(sent)
			if sent.IsZero() || took > 2*time.Second || cmd.ProcessState.ExitCode() != 130 {
				t.Errorf("%v after %s\n%s", cmd.ProcessState, took, shown.String())
			}
			t.Logf("ended %s after the signal", took.Round(time.Millisecond))
			if entries, err := os.ReadDir(filepath.Join(dir, "silent")); err != nil || len(entries) != 2 {
				t.Errorf("the directory of the lock: %v, %v", entries, err)
			}
			if now, err := os.ReadFile(filepath.Join(dir, "silent/flake.lock")); err != nil || string(now) != oldLock {
				t.Errorf("the lock became %s, %v", now, err)
			}
			if c.wait == "under way" && name != "secret exec" && !strings.Contains(shown.String(), "interrupted") {
				t.Errorf("no word about it:\n%s", shown.String())
			}
		})
	}
}
