package supervise_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
)

// both runs a test with the program in a namespace and without one.
func both(t *testing.T, test func(t *testing.T, runtime string)) {
	t.Run("plain", func(t *testing.T) { test(t, "plain") })
	t.Run("walled", func(t *testing.T) {
		if !hasWalls() {
			t.Skip("bubblewrap does not work here")
		}
		test(t, "walled")
	})
}

// shell opens a shell in a Pod.
func shell(t *testing.T, runtime string) (*supervise.Start, *window) {
	t.Helper()
	s := start(t, "bash")
	s.Runtime = runtime
	w := open(t, self(runArgs(s)...))
	w.shows("$ ")
	return s, w
}

func TestShell(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s, w := shell(t, runtime)
		before := w.stty()
		w.typed("stty size\r")
		w.shows("24 80")
		w.size(30, 100)
		w.tells("30 100")
		w.shows("$ ")
		w.typed("cat <&5\r")
		w.shows("<" + canary() + ">")
		w.typed("echo go; cat; echo after\r")
		w.shows("go\r\n")
		w.typed("on\r")
		w.shows("on\r\non\r\n") // the echo, and what the program says
		w.typed("\x03")
		w.shows("^C")
		w.shows("$ ")
		w.typed("echo go; cat\r")
		w.shows("go\r\n")
		w.typed("on\r")
		w.shows("on\r\non\r\n")
		w.typed("\x1a")
		w.shows("Stopped")
		w.shows("$ ")
		w.typed("fg\r")
		w.shows("cat\r\n")
		w.typed("\x04")
		w.shows("$ ")
		status(t, s.Dir, live.Waiting)
		w.typed("exit 3\r")
		w.ends(3)
		if got := status(t, s.Dir, live.Ended); *got.Exit != 3 || got.Attached || got.Process != 0 {
			t.Errorf("%+v", got)
		}
		if w.stty() == before {
			t.Error("the terminal is as it was while the program ran")
		}
	})
}

// tells asks the shell for the size of its terminal until it has changed, because the
// shell itself may write back the previous size.
func (w *window) tells(size string) {
	w.t.Helper()
	eventually(w.t, "the size is "+size, func() bool {
		w.typed("stty size\r")
		time.Sleep(200 * time.Millisecond)
		return strings.Contains(w.everything(), size)
	})
	w.shows(size)
}

// The terminal is the user's again after every end.
func TestTerminalIsRestored(t *testing.T) {
	const modes = `printf '\033[?1049h\033[?1000h\033[?2004h\033[?25l\033[>1u\033[>4;2m'; echo on; `
	for name, c := range map[string]struct {
		program string
		end     func(t *testing.T, s *supervise.Start, w *window)
		code    int
		shows   string
	}{
		"program ends":       {"read x; exit 5", func(_ *testing.T, _ *supervise.Start, w *window) { w.typed("\r") }, 5, ""},
		"program killed":     {"kill -9 $$", func(*testing.T, *supervise.Start, *window) {}, 137, ""},
		"half a sequence":    {`printf '\033]0;title'; kill -9 $$`, func(*testing.T, *supervise.Start, *window) {}, 137, ""},
		"supervisor killed":  {"sleep 1000", func(t *testing.T, s *supervise.Start, _ *window) { killSupervisor(t, s) }, 70, "ended unexpectedly (signal: killed)"},
		"detached":           {"sleep 1000", func(_ *testing.T, _ *supervise.Start, w *window) { w.typed("\x1d") }, 0, "detached from Pod"},
		"detached with keys": {"sleep 1000", func(_ *testing.T, _ *supervise.Start, w *window) { w.typed("\x1b[93;5u") }, 0, "detached from Pod"},
		"stopped":            {"sleep 1000", func(t *testing.T, s *supervise.Start, _ *window) { stop(t, s) }, 143, ""},
		"client terminated":  {"sleep 1000", func(_ *testing.T, _ *supervise.Start, w *window) { _ = w.cmd.Process.Signal(syscall.SIGTERM) }, 143, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, "bash", "-c", modes+c.program)
			w := open(t, self(runArgs(s)...))
			before := w.stty()
			w.shows("on")
			c.end(t, s, w)
			w.ends(c.code)
			if w.stty() != before {
				t.Error("the modes of the terminal are others")
			}
			for _, undone := range []string{"\x1b[?1049l", "\x1b[?1000l", "\x1b[?2004l", "\x1b[?25h", "\x1b[<1u", "\x1b[>4m", c.shows} {
				w.mu.Lock()
				w.seen = 0
				w.mu.Unlock()
				w.shows(undone)
			}
		})
	}
}

func killSupervisor(t *testing.T, s *supervise.Start) {
	t.Helper()
	got, err := live.Read(s.Dir)
	if err != nil || got.Process == 0 {
		t.Fatal(got, err)
	}
	if err := syscall.Kill(got.Process, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func stop(t *testing.T, s *supervise.Start) {
	t.Helper()
	if stopped, err := supervise.Stop(t.Context(), s.Dir); err != nil || !stopped {
		t.Fatal(stopped, err)
	}
}

// The walls are built while the plan is made: without a plan, nothing of them is left.
func TestNoPlan(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := start(t, "bash", "-c", "touch ran")
		s.Runtime, s.Launch.UI["args"] = runtime, "no plan"
		w := open(t, self(runArgs(s)...))
		w.shows("invalid character")
		<-w.over
		if code := w.cmd.ProcessState.ExitCode(); code == 0 {
			t.Error("exit code 0")
		}
		if got := status(t, s.Dir, live.Failed); got.Running() {
			t.Errorf("%+v", got)
		}
		gone(t, s.Home)
	})
}

// Whatever is killed, nothing lives on and the state is true.
func TestKilled(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		const tools = "setsid sleep 1001 & (trap '' HUP TERM INT; sleep 1002 & sleep 1003) & disown -a; "
		for name, c := range map[string]struct {
			victim string // in its command line
			code   int
			state  live.State
		}{
			"supervisor": {"pod-supervise", 70, live.Failed},
			"inner":      {"pod-inner", 70, live.Failed},
			"agent":      {"echo ready", 137, live.Ended},
			"bwrap":      {"--die-with-parent", 70, live.Failed},
		} {
			if name == "bwrap" && runtime != "walled" {
				continue
			}
			t.Run(name, func(t *testing.T) {
				s := start(t, "bash", "-c", tools+"echo ready; while :; do sleep 1; done")
				s.Runtime = runtime
				w := open(t, self(runArgs(s)...))
				w.shows("ready")
				pid := find(t, s, c.victim)
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				w.ends(c.code)
				if got := status(t, s.Dir, c.state); got.Running() {
					t.Errorf("%+v", got)
				}
				gone(t, s.Home)
			})
		}
	})
}

// find is the outermost process of a Pod with a word in its command line.
func find(t *testing.T, s *supervise.Start, word string) int {
	t.Helper()
	got, err := live.Read(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if word == "pod-supervise" {
		return got.Process
	}
	queue := []int{got.Process}
	for len(queue) > 0 {
		pid := queue[0]
		queue = queue[1:]
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if pid != got.Process && bytes.Contains(line, []byte(word)) && (word == "--die-with-parent" || !bytes.Contains(line, []byte("--die-with-parent"))) {
			return pid
		}
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		for _, task := range tasks {
			data, _ := os.ReadFile(task)
			for _, child := range strings.Fields(string(data)) {
				var n int
				_, _ = fmt.Sscan(child, &n)
				queue = append(queue, n)
			}
		}
	}
	t.Fatalf("no process with %q", word)
	return 0
}

// A program that ends leaves nothing behind, wherever it has put it.
func TestNothingIsLeft(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := start(t, "bash", "-c", `(setsid bash -c 'trap "" HUP TERM; while :; do sleep 1; done' &) ; (sleep 1000 &) ; echo ready; exit 2`)
		s.Runtime = runtime
		w := open(t, self(runArgs(s)...))
		w.shows("ready")
		w.ends(2)
		gone(t, s.Home)
	})
}

func TestDetachAndAttach(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s, w := shell(t, runtime)
		w.typed("printf '\\033[?1049h\\033[?1006h\\033[>1u'; echo o\"\"n\r")
		w.shows("on")
		w.typed("\x1d")
		w.ends(0)
		w.shows("insomnia pod attach test")
		eventually(t, "it is detached", func() bool { got, _ := live.Read(s.Dir); return !got.Attached && got.State == live.Waiting })

		again := sized(t, self("attach", s.Dir), 40, 132)
		again.shows("\x1b[?1049h\x1b[>1u\x1b[2J\x1b[H")
		again.shows("\x1b[?1006h")
		eventually(t, "it is attached", func() bool { got, _ := live.Read(s.Dir); return got.Attached })
		again.tells("40 132")

		// Another one takes over.
		third := open(t, self("attach", s.Dir))
		third.shows("\x1b[?1049h")
		again.ends(0)
		again.shows("another terminal has attached")
		third.typed("echo th\"\"ird\r")
		third.shows("third")

		// A client that is killed leaves the program running.
		_ = third.cmd.Process.Kill()
		<-third.over
		fourth := open(t, self("attach", s.Dir))
		fourth.shows("\x1b[?1049h")
		fourth.typed("exit 6\r")
		fourth.ends(6)
	})
}

// ctrl-Z stops the program and its client, and fg continues both.
func TestSuspend(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := start(t, "bash", "-c", `printf '\033[?1049h\033[?2004h'; echo ready; read x; echo "got $x"; exit 4`)
		s.Runtime = runtime
		argv := self(runArgs(s)...).Args
		script := filepath.Join(t.TempDir(), "insomnia")
		for name, text := range map[string]string{script: "exec " + argv[0] + ` user run "$(cat $0.json)"` + "\n", script + ".json": argv[3]} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		w := open(t, command("bash", "--norc", "--noprofile", "-i"))
		w.typed("PS1='user: '; stty -echo\r")
		w.shows("user: ")
		w.typed("bash " + script + "\r")
		w.shows("ready")
		for range 3 {
			n := strings.Count(w.everything(), "Stopped")
			eventually(t, "it is stopped", func() bool { // a key that comes before it goes on is lost
				w.typed("\x1a")
				time.Sleep(200 * time.Millisecond)
				return strings.Count(w.everything(), "Stopped") > n
			})
			w.shows("\x1b[?1049l")
			w.shows("Stopped")
			w.shows("user: ")
			w.typed("stty -a | grep -c -- -echo; fg\r")
			w.shows("\x1b[?1049h")
			w.shows("\x1b[?2004h")
		}
		w.typed("on\r")
		w.shows("got on")
		w.shows("user: ")
		w.typed("echo code $?\r")
		w.shows("code 4")
	})
}

// A program that is slow to read the size, and draws only if it has changed, redraws
// after the user had the terminal in the meantime.
func TestSlowProgramDrawsAgain(t *testing.T) {
	s := start(t, "bash", "-c", `draw() { s=$(stty size); [ "$s" = "$last" ] || { last=$s; echo "drawn $s."; }; }; trap draw WINCH; draw; while :; do sleep 0.5; done`)
	w := open(t, self(runArgs(s)...))
	w.shows("drawn 24 80.")
	_ = w.cmd.Process.Signal(syscall.SIGSTOP)
	_ = w.cmd.Process.Signal(syscall.SIGCONT)
	w.shows("drawn 24 80.")
	w.typed("\x1d")
	w.ends(0)
	again := open(t, self("attach", s.Dir))
	again.shows("drawn 24 80.")
	// The size of the terminal changes while it is not the right one.
	_ = again.cmd.Process.Signal(syscall.SIGSTOP)
	_ = again.cmd.Process.Signal(syscall.SIGCONT)
	again.size(30, 90)
	again.shows("drawn 30 90.")
	stop(t, s)
	again.ends(143)
}

// A terminal that is closed ends the session, as it would end the program.
func TestTerminalClosed(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := start(t, "bash", "-c", `trap 'echo hup > said; exit 9' HUP; echo ready; while :; do sleep 0.1; done`)
		s.Runtime = runtime
		w := open(t, self(runArgs(s)...))
		w.shows("ready")
		w.own.Close()
		w.tty.Close()
		status(t, s.Dir, live.Ended)
		if said, _ := os.ReadFile(filepath.Join(s.Workspace, "said")); string(said) != "hup\n" {
			t.Errorf("%q", said)
		}
		gone(t, s.Home)
	})
}

func TestStop(t *testing.T) {
	s := start(t, "bash", "-c", `trap '' HUP TERM INT; echo ready; while :; do sleep 0.1; done`)
	w := open(t, self(runArgs(s)...))
	w.shows("ready")
	began := time.Now()
	other := open(t, self("stop", s.Dir))
	other.shows("stopped: true")
	w.ends(137)
	if took := time.Since(began); took < 2*time.Second {
		t.Errorf("it had %s to end by itself", took)
	}
	other = open(t, self("stop", s.Dir))
	other.shows("stopped: false")
}

func TestStartTwice(t *testing.T) {
	s, w := shell(t, "plain")
	other := open(t, self(runArgs(s)...))
	other.ends(8)
	other.shows("Pod `test` is running")
	other.shows("insomnia pod attach test")
	w.typed("exit\r")
	w.ends(0)
	again := open(t, self(runArgs(s)...))
	again.shows("$ ")
	again.typed("exit 1\r")
	again.ends(1)
	if err := live.Remove(t.Context(), s.Dir, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if got, err := live.Read(s.Dir); err != nil || got.State != live.Saved {
		t.Error(got, err)
	}
}

func TestRemoveWhileItRuns(t *testing.T) {
	s, w := shell(t, "plain")
	if err := live.Remove(t.Context(), s.Dir, func() error { return nil }); err != live.ErrRunning {
		t.Error(err)
	}
	w.typed("exit\r")
	w.ends(0)
}

func TestLimitOfTime(t *testing.T) {
	s := start(t, "sleep", "1000")
	s.Manifest = manifestOf(1)
	w := open(t, self(runArgs(s)...))
	w.ends(7)
	w.shows("as long as limits.maxWallSeconds allows")
}

// What cannot be started says why, and leaves the terminal alone.
func TestNotStarted(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := start(t, "bash")
		s.Runtime, s.Program = runtime, s.Home+"/missing"
		w := open(t, self(runArgs(s)...))
		before := w.stty()
		w.ends(6)
		w.shows("no such file or directory")
		if w.stty() != before {
			t.Error("the terminal has changed")
		}
		if got := status(t, s.Dir, live.Failed); !strings.Contains(got.Sentence, "cannot start") {
			t.Errorf("%+v", got)
		}
		s.Workspace = s.Home + "/nowhere"
		w = open(t, self(runArgs(s)...))
		w.ends(4)
		w.shows("the workspace")
	})
}

func TestFiveAtOnce(t *testing.T) {
	var all []*window
	for range 5 {
		_, w := shell(t, "plain")
		all = append(all, w)
	}
	for i, w := range all {
		w.typed(fmt.Sprintf("echo $((%d+40)); exit %d\r", i, i))
	}
	for i, w := range all {
		w.shows(fmt.Sprint(i + 40))
		w.ends(i)
	}
}

// The secret is in the pipe of the program and nowhere else.
func TestSecretStaysOut(t *testing.T) {
	s, w := shell(t, "plain")
	canary := []byte(canary())
	for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			if data, _ := os.ReadFile(path); bytes.Contains(data, canary) {
				t.Errorf("the secret is in %s", path)
			}
		}
	}
	w.typed("exit\r")
	w.ends(0)
	for _, dir := range []string{s.Home} {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if data, _ := os.ReadFile(path); bytes.Contains(data, canary) {
					t.Errorf("the secret is in %s", path)
				}
				if info, err := d.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
					t.Errorf("others can read %s", path)
				}
			}
			return nil
		})
	}
}

// A program that types into its terminal types into its own.
func TestTypingStaysInside(t *testing.T) {
	s := start(t, "bash")
	s.Program, _ = os.Executable()
	s.Launch.UI["args"] = `["agent","tiocsti","touch ` + s.Home + `/typed\n"]`
	argv := self(runArgs(s)...).Args
	w := open(t, command("bash", "--norc", "--noprofile", "-i"))
	w.typed("PS1='user: '\r")
	w.shows("user: ")
	w.typed(argv[0] + " user run '" + argv[3] + "'; echo over\r")
	w.shows("injected")
	w.shows("over")
	w.shows("user: ")
	w.typed("echo so\"\"on\r")
	w.shows("soon")
	if _, err := os.Stat(filepath.Join(s.Home, "typed")); err == nil {
		t.Error("the program has typed into the shell of the user")
	}
}

// Large output arrives completely, and a client that does not read it delays nothing.
func TestMuchOutput(t *testing.T) {
	much := 50_000_000
	if raced {
		much = 5_000_000
	}
	s := start(t, "bash", "-c", fmt.Sprintf(`echo ready; read x; head -c %d /dev/zero | tr '\0' x; echo; echo the end; read x`, much))
	w := open(t, self(runArgs(s)...))
	w.shows("ready")
	w.typed("\r")
	w.shows("the end")
	if n := strings.Count(w.everything(), "x"); n != much {
		t.Errorf("%d bytes", n)
	}
	w.typed("\r")
	w.ends(0)
}

func TestClientThatDoesNotRead(t *testing.T) {
	s := start(t, "bash", "-c", `echo ready; read x; while echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; do :; done`)
	w := open(t, self(runArgs(s)...))
	w.shows("ready")
	if err := w.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	_, _ = w.tty.WriteString("\r")
	other := open(t, self("attach", s.Dir))
	other.typed("\r")
	other.shows("yyyy")
	other.typed("\x1d")
	other.ends(0)
	stop(t, s)
	_ = w.cmd.Process.Signal(syscall.SIGCONT)
	<-w.over
}
