package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// session CODE STEPS PROGRAM ARGS… runs a program at a terminal of its own. In
// the file STEPS, `? TEXT` waits until the terminal shows the text, `> TEXT` types
// a line, `| TEXT` types without the end of a line, `^C` presses ctrl-C. What the
// terminal shows is left in $WORK/out.
func session(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: session CODE STEPS PROGRAM ARGS…")
	}
	master, slave, err := pty.Open()
	ts.Check(err)
	defer master.Close()
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environmentOf(ts)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	slave.Close()

	var mu sync.Mutex
	var shown bytes.Buffer
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		chunk := make([]byte, 4096)
		for {
			n, err := master.Read(chunk)
			mu.Lock()
			shown.Write(chunk[:n])
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	text := func() string { mu.Lock(); defer mu.Unlock(); return shown.String() }

	from := 0
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		line = strings.TrimSuffix(line, "\n")
		what, rest, _ := strings.Cut(line, " ")
		switch what {
		case "?":
			for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				if i := strings.Index(text()[from:], rest); i >= 0 {
					from += i + len(rest)
					break
				}
				if time.Now().After(deadline) {
					cmd.Process.Kill()
					ts.Fatalf("the terminal does not show %q but:\n%s", rest, text())
				}
			}
			// A prompt without echo appears before echo is off: wait until it is.
			for deadline := time.Now().Add(10 * time.Second); strings.Contains(rest, "not shown") && echoes(master); time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					cmd.Process.Kill()
					ts.Fatalf("what is typed would be shown after %q", rest)
				}
			}
		case ">":
			master.WriteString(rest + "\n")
		case "|":
			master.WriteString(strings.ReplaceAll(rest, `\n`, "\n"))
		case "^C":
			master.Write([]byte{3})
		default:
			ts.Fatalf("not a step: %s", line)
		}
	}
	err = cmd.Wait()
	<-ended
	out := strings.ReplaceAll(text(), "\r\n", "\n")
	ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), "out"), []byte(tidy(ts, out)), 0o600))
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s, not %s (%v):\n%s", got, args[0], err, out)
	}
}

func echoes(tty *os.File) bool {
	state, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	return err == nil && state.Lflag&unix.ECHO != 0
}

// environmentOf is the environment of a script.
func environmentOf(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "WORK", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "INSOMNIA_IDENTITY", "EDITOR", "VISUAL", "NIX_CONFIG", "GIT_CONFIG_GLOBAL", "GORACE", evaluatorVariable} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return append(env, "TERM=xterm", "NO_COLOR=1") // the scripts look for words
}
