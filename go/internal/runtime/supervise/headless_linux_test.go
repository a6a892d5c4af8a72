package supervise_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
)

func command(name string, args ...string) *exec.Cmd { return exec.Command(name, args...) }

// headless is a start without a terminal.
func headless(t *testing.T, script string) *supervise.Start {
	t.Helper()
	s := start(t, "bash", "-c", script)
	s.Launch.Headless, s.Launch.Prompt = true, "the prompt"
	return s
}

func TestHeadless(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := headless(t, `cat; printf '\0\377\033[?1049h'; echo wrong >&2; test -t 0 || test -t 1 || exit 3`)
		s.Runtime = runtime
		cmd := self(runArgs(s)...)
		var out, fault bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &fault
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 3 {
			t.Error(code, fault.String())
		}
		if out.String() != "the prompt\x00\xff\x1b[?1049h" || fault.String() != "wrong\n" {
			t.Errorf("%q %q", out.String(), fault.String())
		}
	})
}

func TestHeadlessIsByteForByte(t *testing.T) {
	s := headless(t, `head -c 50000000 /dev/urandom | tee copy; exit 0`)
	cmd := self(runArgs(s)...)
	sum := sha256.New()
	cmd.Stdout = sum
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(s.Workspace, "copy"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	same := sha256.New()
	if _, err := io.Copy(same, f); err != nil || !bytes.Equal(sum.Sum(nil), same.Sum(nil)) {
		t.Error("the output is another one", err)
	}
}

// A reader that takes its time gets everything, also after the program has ended.
func TestHeadlessSlowReader(t *testing.T) {
	s := headless(t, `head -c 3000000 /dev/zero; echo end`)
	cmd := self(runArgs(s)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // longer than output may be silent after the end
	data, err := io.ReadAll(out)
	if err != nil || len(data) != 3000004 || cmd.Wait() != nil {
		t.Error(len(data), err)
	}
}

func TestHeadlessSignals(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		for name, c := range map[string]struct {
			signals []os.Signal
			code    int
		}{
			"ctrl-C":     {[]os.Signal{os.Interrupt}, 130},
			"terminated": {[]os.Signal{syscall.SIGTERM}, 143},
			"hung up":    {[]os.Signal{syscall.SIGHUP}, 129},
		} {
			t.Run(name, func(t *testing.T) {
				s := headless(t, `sleep 1000 & echo ready; exec sleep 1001`)
				s.Runtime = runtime
				cmd := self(runArgs(s)...)
				out, _ := cmd.StdoutPipe()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				ready := make([]byte, 5)
				_, _ = io.ReadFull(out, ready)
				for _, sig := range c.signals {
					_ = cmd.Process.Signal(sig)
				}
				_ = cmd.Wait()
				if code := cmd.ProcessState.ExitCode(); code != c.code {
					t.Errorf("exit code %d", code)
				}
				gone(t, s.Home)
			})
		}
	})
}

// Output without a reader ends the program, and so does killing the client.
func TestHeadlessNobodyReads(t *testing.T) {
	s := headless(t, `while echo line; do :; done`)
	cmd := self(runArgs(s)...)
	out, _ := cmd.StdoutPipe()
	var fault bytes.Buffer
	cmd.Stderr = &fault
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadFull(out, make([]byte, 100))
	out.Close()
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 70 && code != -1 { // or the signal of the pipe
		t.Error(code, fault.String())
	}
	gone(t, s.Home)

	s = headless(t, `echo ready; sleep 1000`)
	cmd = self(runArgs(s)...)
	out, _ = cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadFull(out, make([]byte, 5))
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	status(t, s.Dir, live.Ended)
	gone(t, s.Home)
}

func TestNoTerminal(t *testing.T) {
	s := start(t, "bash")
	out, _ := self(runArgs(s)...).CombinedOutput()
	if !strings.Contains(string(out), "must be a terminal") {
		t.Errorf("%s", out)
	}
	s = headless(t, "echo ready; sleep 1000")
	cmd := self(runArgs(s)...)
	stdout, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadFull(stdout, make([]byte, 5))
	w := open(t, self("attach", s.Dir))
	w.ends(2)
	w.shows("it runs without a terminal")
	stop(t, s)
	_ = cmd.Wait()
	w = open(t, self("attach", s.Dir))
	w.ends(4)
	w.shows("is not running")
}

// The parts of a Pod are not commands for users.
func TestHiddenCommandsRefuse(t *testing.T) {
	program, _ := os.Executable()
	for _, name := range []string{"pod-supervise", "pod-inner"} {
		w := open(t, exec.Command(program, name))
		w.ends(2)
		w.shows("is not for users")
	}
}

// A full disk stops a start with the remedy, and an end that it cannot record whole is
// recorded all the same.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skip("cannot mount a small file system: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	fill := func() {
		f, err := os.Create(filepath.Join(dir, "fill"))
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		f.Close()
	}
	s, _ := start(t, "bash"), 0
	s.Dir = filepath.Join(dir, "runs", "id")
	w := open(t, self(runArgs(s)...))
	w.shows("$ ")
	fill()
	w.typed("exit 3\r")
	w.ends(3)
	if got := status(t, s.Dir, live.Ended); *got.Exit != 3 {
		t.Errorf("%+v", got)
	}
	_ = os.RemoveAll(s.Dir)
	fill()
	w = open(t, self(runArgs(s)...))
	w.ends(8)
	w.shows("no space left on device")
	w.shows("make room")
}

// A program that dies leaves no copy of its memory, wherever the kernel would put it, and
// nor do the processes around it.
func TestNoDumps(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := headless(t, `for p in self $PPID; do grep core /proc/$p/limits; done; sleep 60 & kill -SEGV $!; wait $!; kill -ABRT $$`)
		s.Runtime = runtime
		cmd := self(runArgs(s)...)
		cmd.Env = append(os.Environ(), "GOTRACEBACK=crash")
		var out bytes.Buffer
		cmd.Stdout = &out
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGABRT) {
			t.Errorf("exit code %d", code)
		}
		if limits := strings.Join(strings.Fields(out.String()), " "); limits != strings.Repeat(" Max core file size 1 1 bytes", 2)[1:] {
			t.Errorf("limits of the program and of inner: %s", out.String())
		}
		if found, _ := filepath.Glob(filepath.Join(s.Workspace, "*core*")); len(found) > 0 {
			t.Errorf("dumps: %q", found)
		}
	})
}

// The supervisor and the client have held secrets: a signal that ends them leaves no copy.
func TestNoDumpsOfOurs(t *testing.T) {
	for _, who := range []string{"the supervisor", "the client"} {
		t.Run(who, func(t *testing.T) {
			s := headless(t, `grep core /proc/$PPID/limits; echo ready; sleep 1000`)
			cmd := self(runArgs(s)...)
			cmd.Dir, cmd.Env = s.Workspace, append(os.Environ(), "GOTRACEBACK=crash")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "ready"; {
			}
			status, err := live.Read(s.Dir)
			if err != nil || status.Process < 2 {
				t.Fatal(status, err)
			}
			pid := status.Process
			if who == "the client" {
				pid = cmd.Process.Pid
			}
			limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
			if err != nil || !regexp.MustCompile(`Max core file size +1 +1 `).Match(limits) {
				t.Errorf("%v\n%s", err, limits)
			}
			if who == "the client" {
				_ = syscall.Kill(pid, syscall.SIGABRT)
			}
			_, _ = supervise.Stop(t.Context(), s.Dir)
			_ = cmd.Wait()
			if state := cmd.ProcessState.Sys().(syscall.WaitStatus); state.CoreDump() {
				t.Error("the client was dumped")
			}
		})
	}
}
