package supervise_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
)

// The walls may be up before the Pod is on disk. Nothing runs behind them before, and
// where it cannot be written, or the client is killed, nothing is left.
func TestNothingRunsBeforeThePodIsSaved(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := headless(t, "touch ran")
		s.Runtime = runtime
		history := stored(t, s)
		ran := func() bool {
			_, err := os.Lstat(s.Workspace + "/ran")
			return err == nil
		}
		saved := func(t *testing.T, then error) func() error {
			return func() error {
				eventually(t, "the first process is there", func() bool { return slices.Contains(below(os.Getpid()), "pod-inner") })
				time.Sleep(50 * time.Millisecond)
				if ran() {
					t.Error("it ran before the Pod was saved")
				}
				if got := history(); len(got) != 1 {
					t.Errorf("it is recorded before the Pod was saved: %q", got)
				}
				return then
			}
		}
		out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		terminal := supervise.Terminal{Out: out, Err: out}
		full := errors.New("the disk is full")
		begun := func(saved func() error) error {
			ahead := supervise.Ahead("")
			defer ahead.Close()
			start := *s
			start.Secrets = map[string]string{"/model/auth": canary()}
			result, err := ahead.Run(t.Context(), start, terminal, saved)
			if err == nil && result.Exit != 0 {
				err = errors.New(result.Sentence)
			}
			return err
		}
		if err := begun(saved(t, full)); !errors.Is(err, full) {
			t.Errorf("the error is %v", err)
		}
		eventually(t, "nothing of it is left", func() bool {
			_, err := os.Lstat(s.Dir)
			return os.IsNotExist(err) && len(below(os.Getpid())) == 0
		})
		if got := history(); ran() || len(got) != 1 {
			t.Errorf("ran: %v, history: %q", ran(), got)
		}
		if err := begun(saved(t, nil)); err != nil || !ran() {
			t.Errorf("%v, ran: %v", err, ran())
		}
		if got := history(); !slices.Equal(got, []string{"created", "started", "ended"}) {
			t.Errorf("history: %q", got)
		}
	})
}

// A supervisor that was started ahead ends with who has started it, told or not.
func TestAheadEndsWithItsClient(t *testing.T) {
	s := headless(t, "touch ran")
	for name, cmd := range map[string][]string{"untold": {"ahead"}, "told": append([]string{"unsaved"}, runArgs(s)[1:]...)} {
		t.Run(name, func(t *testing.T) {
			client := self(cmd...)
			if err := client.Start(); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"untold": "pod-supervise", "told": "pod-inner"}[name]
			eventually(t, "it is there", func() bool { return slices.Contains(below(client.Process.Pid), want) })
			_ = client.Process.Signal(syscall.SIGKILL)
			_ = client.Wait()
			eventually(t, "nothing of it is left", func() bool {
				_, err := os.Lstat(s.Dir)
				return os.IsNotExist(err) && len(named(want)) == 0
			})
			if _, err := os.Lstat(s.Workspace + "/ran"); err == nil {
				t.Error("the program ran")
			}
		})
	}
}

// below are the commands of this program that run below a process.
func below(pid int) (found []string) {
	for _, p := range named("") {
		for at := p.parent; at > 1; at = parent(at) {
			if at == pid {
				found = append(found, p.command)
				break
			}
		}
	}
	return found
}

// own is a process of this program.
type own struct {
	pid, parent int
	command     string
}

// named are the processes of this program with a command, or with any.
func named(command string) (found []own) {
	self, _ := os.Executable()
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		line, _ := os.ReadFile(path)
		args := bytes.Split(bytes.TrimSuffix(line, []byte{0}), []byte{0})
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if len(args) > 1 && string(args[0]) == self && pid != os.Getpid() && (command == "" || string(args[1]) == command) {
			found = append(found, own{pid, parent(pid), string(args[1])})
		}
	}
	return found
}

// parent is the parent of a process, 0 where it is gone.
func parent(pid int) int {
	stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]); len(fields) > 1 {
		pid, _ := strconv.Atoi(string(fields[1]))
		return pid
	}
	return 0
}

// Walls that were raised for a start are those that it runs behind. Where it is another
// start that comes, or none, nothing is left of them.
func TestRaisedWalls(t *testing.T) {
	both(t, func(t *testing.T, runtime string) {
		s := headless(t, "touch ran")
		s.Runtime = runtime
		history := stored(t, s)
		out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		terminal := supervise.Terminal{Out: out, Err: out}
		workspace := s.Home + "/src/another"
		if err := os.MkdirAll(workspace, 0o700); err != nil {
			t.Fatal(err)
		}
		gone := func() bool {
			_, err := os.Lstat(s.Dir)
			return os.IsNotExist(err) && len(below(os.Getpid())) == 0
		}
		raised := func() *supervise.Supervisor {
			// The supervisor of a run before may be there for a moment after its client has the result.
			eventually(t, "the supervisor before has ended", func() bool { return len(below(os.Getpid())) == 0 })
			ahead := supervise.Ahead("")
			ahead.Announce(s.Manifest)
			ahead.Raise(*s, terminal)
			eventually(t, "the first process is there", func() bool { return slices.Contains(below(os.Getpid()), "pod-inner") })
			return ahead
		}
		ahead := raised()
		time.Sleep(50 * time.Millisecond)
		ahead.Close()
		if !gone() {
			t.Errorf("something is left: %q", below(os.Getpid()))
		}
		ahead = raised()
		_ = syscall.Kill(pidOf(t, "pod-supervise"), syscall.SIGTERM)
		eventually(t, "nothing is left after a signal", gone)
		ahead.Close()
		if got := history(); len(got) != 1 {
			t.Errorf("history: %q", got)
		}
		for _, same := range []bool{true, false} {
			ahead = raised()
			inner := pidOf(t, "pod-inner")
			start := *s
			start.Secrets = map[string]string{"/model/auth": canary()}
			if !same {
				start.Workspace = workspace
			}
			kept := false
			result, err := ahead.Run(t.Context(), start, terminal, func() error {
				eventually(t, "the first process is there", func() bool { return slices.Contains(below(os.Getpid()), "pod-inner") })
				eventually(t, "it is the one that counts", func() bool { return same || syscall.Kill(inner, 0) != nil })
				kept = syscall.Kill(inner, 0) == nil
				return nil
			})
			ahead.Close()
			if _, missing := os.Lstat(start.Workspace + "/ran"); err != nil || result.Exit != 0 || missing != nil || kept != same {
				t.Errorf("same: %v, kept: %v, %+v, %v, %v", same, kept, result, err, missing)
			}
		}
		if got := history(); !slices.Equal(got, []string{"created", "started", "ended", "started", "ended"}) {
			t.Errorf("history: %q", got)
		}
	})
}

// pidOf is the process below this one with a command of this program.
func pidOf(t *testing.T, command string) int {
	t.Helper()
	for _, p := range named(command) {
		for at := p.parent; at > 1; at = parent(at) {
			if at == os.Getpid() {
				return p.pid
			}
		}
	}
	t.Fatalf("there is no %s", command)
	return 0
}
