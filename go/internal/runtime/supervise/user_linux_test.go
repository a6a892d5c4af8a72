package supervise_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
)

// patience limits how long any step of a test may take.
const patience = time.Minute

var ids int

// start is a start of a program, in a home of its own.
func start(t *testing.T, program string, args ...string) *supervise.Start {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ids++
	given, _ := json.Marshal(append([]string{}, args...))
	s := &supervise.Start{ID: "0190a000-0000-7000-8000-" + strconv.Itoa(100000000000+os.Getpid()%1000000*1000+ids), Name: "test", Dir: filepath.Join(root, "runs", "id"),
		Runtime: "plain", Program: path, Workspace: root, Home: root, Manifest: manifestOf(0),
		Environment: []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm", "HOME=" + root}}
	s.Launch.UI = map[string]string{"args": string(given)}
	if program == "bash" && len(args) == 0 {
		s.Launch.UI["args"] = `["--norc","--noprofile"]`
	}
	t.Setenv("XDG_RUNTIME_DIR", root)
	t.Cleanup(func() {
		_, _ = supervise.Stop(context.Background(), s.Dir)
		gone(t, root)
		if log, _ := os.ReadFile(filepath.Join(s.Dir, live.LogName)); bytes.Contains(log, []byte("goroutine ")) {
			t.Errorf("the supervisor has failed:\n%.5000s", log)
		}
	})
	return s
}

// gone waits until no process works in a directory or below.
func gone(t *testing.T, root string) {
	t.Helper()
	var left []string
	defer func() {
		if len(left) > 0 {
			t.Logf("left: %.2000s", left)
		}
	}()
	eventually(t, "no process is left", func() bool {
		left = processes(root)
		return len(left) == 0
	})
}

// processes are those that have a directory in their arguments, environment or as their
// working directory.
func processes(root string) (found []string) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		if dir == "/proc/"+strconv.Itoa(os.Getpid()) {
			continue
		}
		line, _ := os.ReadFile(dir + "/cmdline")
		environment, _ := os.ReadFile(dir + "/environ")
		cwd, _ := os.Readlink(dir + "/cwd")
		if bytes.Contains(line, []byte(root)) || strings.HasPrefix(cwd, root) || bytes.Contains(environment, []byte("HOME="+root+"\x00")) {
			if state, _ := os.ReadFile(dir + "/stat"); !bytes.Contains(state, []byte(") Z ")) {
				found = append(found, fmt.Sprintf("%s %.100s", dir, line))
			}
		}
	}
	return found
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for until := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

// window is a terminal with a command in it.
type window struct {
	t    *testing.T
	tty  *os.File // the user's end of the terminal
	own  *os.File // the command's end, to look at its modes
	cmd  *exec.Cmd
	mu   sync.Mutex
	text []byte
	seen int
	over chan struct{}
}

func self(args ...string) *exec.Cmd {
	program, _ := os.Executable()
	return exec.Command(program, append([]string{"user"}, args...)...)
}

func runArgs(s *supervise.Start) []string {
	data, _ := json.Marshal(s)
	return []string{"run", string(data)}
}

// open runs a command in a terminal of 24 rows and 80 columns.
func open(t *testing.T, cmd *exec.Cmd) *window {
	t.Helper()
	return sized(t, cmd, 24, 80)
}

func sized(t *testing.T, cmd *exec.Cmd, rows, columns uint16) *window {
	t.Helper()
	opened, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	// A copy of which a reader ends when it is closed.
	fd, err := unix.FcntlInt(opened.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil || unix.SetNonblock(fd, true) != nil {
		t.Fatal(err)
	}
	opened.Close()
	master := os.NewFile(uintptr(fd), "terminal")
	w := &window{t: t, tty: master, own: tty, cmd: cmd, over: make(chan struct{})}
	w.size(rows, columns)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for buffer := make([]byte, 64<<10); ; {
			n, err := master.Read(buffer)
			w.mu.Lock()
			w.text = append(w.text, buffer[:n]...)
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() {
		_ = cmd.Wait()
		close(w.over)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-w.over
		tty.Close()
		master.Close()
	})
	return w
}

func (w *window) size(rows, columns uint16) {
	w.t.Helper()
	raw, err := w.tty.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) {
			_ = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns})
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *window) typed(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.tty, text); err != nil {
		w.t.Fatal(err)
	}
}

// shows waits for a text after the previous one.
func (w *window) shows(text string) {
	w.t.Helper()
	from := w.seen
	for until := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		w.mu.Lock()
		at := bytes.Index(w.text[from:], []byte(text))
		if at >= 0 {
			w.seen = from + at + len(text)
		} else {
			from = max(from, len(w.text)-len(text)) // what is before was looked at
		}
		rest := string(w.text[max(w.seen, len(w.text)-4096):])
		w.mu.Unlock()
		if at >= 0 {
			return
		}
		if time.Now().After(until) {
			w.t.Fatalf("the terminal does not show %q, but:\n%q", text, rest)
		}
	}
}

func (w *window) everything() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.text)
}

// ends waits for the command to end with a code.
func (w *window) ends(code int) {
	w.t.Helper()
	select {
	case <-w.over:
	case <-time.After(patience):
		w.t.Fatalf("the command does not end:\n%q", w.everything())
	}
	if got := w.cmd.ProcessState.ExitCode(); got != code {
		w.t.Fatalf("exit code %d, not %d:\n%q", got, code, w.everything())
	}
}

// stty are the modes of the terminal.
func (w *window) stty() unix.Termios {
	w.t.Helper()
	modes, err := unix.IoctlGetTermios(int(w.own.Fd()), unix.TCGETS)
	if err != nil {
		w.t.Fatal(err)
	}
	return *modes
}

// status waits for a state.
func status(t *testing.T, dir string, want live.State) live.Status {
	t.Helper()
	var got live.Status
	eventually(t, "the state "+string(want), func() bool {
		var err error
		got, err = live.Read(dir)
		return err == nil && got.State == want
	})
	return got
}
