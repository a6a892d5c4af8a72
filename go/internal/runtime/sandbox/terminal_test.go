//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// tiocsti types into the terminal at standard input.
func tiocsti(text string) error {
	for i := range len(text) {
		c := text[i]
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, os.Stdin.Fd(), unix.TIOCSTI, uintptr(unsafe.Pointer(&c))); errno != 0 {
			return errno
		}
	}
	return nil
}

// The terminal of a Pod is one of ours. A program has its size, its signals and /dev/tty,
// but cannot type into another terminal, such as that of the user.
func TestTerminal(t *testing.T) {
	r := newRoom(t)
	self, _ := os.Executable()
	start := func(script string, own bool) string {
		w := r.wrap(nil, script)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, w.Argv[0], w.Argv[1:]...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "ATTEMPT=" + self}
		terminal, inside, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer terminal.Close()
		if err := pty.Setsize(terminal, &pty.Winsize{Rows: 31, Cols: 97}); err != nil {
			t.Fatal(err)
		}
		cmd.Stdin = inside
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if own {
			cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true, Setctty: true}
		}
		err = cmd.Run()
		inside.Close()
		if err != nil {
			return out.String() + err.Error()
		}
		return out.String()
	}
	if out := start("stty size < /dev/tty; [ -t 0 ] && echo terminal; set -m; sleep 0 & fg", true); !strings.HasPrefix(out, "31 97\nterminal\n") {
		t.Errorf("its own terminal: %q", out)
	}
	if out := start("$ATTEMPT attempt tiocsti rm", false); !strings.Contains(out, "operation not permitted") && !strings.Contains(out, "input/output error") {
		t.Errorf("typed into the terminal of another session: %q", out)
	}
}

// Keys that the user has in the keyring of the session are not those of the Pod.
func TestKeyring(t *testing.T) {
	r := newRoom(t)
	runtime.LockOSThread() // which has the keyring, and starts the process
	defer runtime.UnlockOSThread()
	if _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err != nil {
		t.Skipf("this kernel has no keyrings: %v", err)
	}
	if _, err := unix.AddKey("user", "insomnia-test", []byte(canary), unix.KEY_SPEC_SESSION_KEYRING); err != nil {
		t.Fatal(err)
	}
	if err := attempt([]string{"key"}); err != nil {
		t.Fatalf("the key is not there outside: %v", err)
	}
	if out, works := r.run(nil, "$ATTEMPT attempt key"); works {
		t.Errorf("read a key of the session\n%s", out)
	}
}

// What this process has open, as a shell leaves it to its commands, leads nowhere.
func TestInheritedDescriptors(t *testing.T) {
	r := newRoom(t)
	inherited, err := unix.Open(r.home, unix.O_RDONLY|unix.O_DIRECTORY, 0) // not closed on exec
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(inherited)
	script := fmt.Sprintf("cat /proc/self/fd/%[1]d/.netrc /proc/1/fd/%[1]d/.netrc /proc/[0-9]*/fd/%[1]d/.netrc", inherited)
	if out, _ := r.run(nil, script); strings.Contains(out, canary) {
		t.Errorf("read a denied file\n%s", out)
	}
	if _, err := unix.FcntlInt(uintptr(inherited), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
	if out, _ := r.confine(nil, script); strings.Contains(out, canary) {
		t.Errorf("read by a process that confines itself\n%s", out)
	}
}

// Nothing is left when what built the walls is killed, even what has left its session.
func TestNothingIsLeft(t *testing.T) {
	r := newRoom(t)
	w := r.wrap(nil, `(setsid sleep 4321 &) ; setsid nohup sleep 4321 & echo started; sleep 4321`)
	cmd := exec.Command(w.Argv[0], w.Argv[1:]...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 16)
	if n, err := out.Read(line); err != nil || string(line[:n]) != "started\n" {
		t.Fatalf("%q %v", line[:n], err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// All of them have the pipe open, so it ends when the last one has.
	ended := make(chan error, 1)
	go func() {
		_, err := out.Read(line)
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Errorf("printed %q", line)
		}
	case <-time.After(20 * time.Second):
		t.Error("something is left")
	}
	cmd.Wait()
}
