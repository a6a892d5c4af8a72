package runtimetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// Terminal is a program in a terminal of tmux.
type Terminal struct {
	room         *Room
	socket, exit string
	asked        int
	before       map[string]string
}

// Open starts the plan of an interactive launch in a terminal of 100 columns and 30 rows.
func (r *Room) Open(l runtime.Launch) *Terminal {
	r.t.Helper()
	l.Headless = false
	return r.OpenPlan(r.Plan(l))
}

// OpenPlan starts a plan in a terminal of 100 columns and 30 rows.
func (r *Room) OpenPlan(plan *runtime.Plan) *Terminal {
	r.t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") == "true" {
			r.t.Fatal(err)
		}
		r.t.Skip("needs tmux")
	}
	r.Write(plan)
	r.Guard.renew()
	dir, err := os.MkdirTemp("", "terminal-")
	if err != nil {
		r.t.Fatal(err)
	}
	term := &Terminal{room: r, socket: filepath.Join(dir, "tmux"), exit: filepath.Join(dir, "exit"), asked: len(r.Model.Log()), before: snapshot(r.Home)}
	var script strings.Builder
	for _, d := range plan.Descriptors {
		file := filepath.Join(dir, strconv.Itoa(d.Number))
		if err := os.WriteFile(file, []byte(r.text(d)), 0o600); err != nil {
			r.t.Fatal(err)
		}
		fmt.Fprintf(&script, "exec %d< <(cat %s)\n", d.Number, quote(file))
	}
	fmt.Fprintf(&script, "cd %s\nenv -i", quote(r.Workspace))
	for _, word := range append(append(append(r.environment(plan), r.Wrapper...), r.Program), plan.Args...) {
		script.WriteString(" " + quote(word))
	}
	fmt.Fprintf(&script, "\necho $? >%s.tmp; mv %s.tmp %s\n", term.exit, term.exit, term.exit)
	file := filepath.Join(dir, "script")
	if err := os.WriteFile(file, []byte(script.String()), 0o700); err != nil {
		r.t.Fatal(err)
	}
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "bash", file)
	r.t.Cleanup(func() {
		term.Kill()
		os.RemoveAll(dir)
	})
	return term
}

func (t *Terminal) tmux(args ...string) string {
	t.room.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-S", t.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "TMUX=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		if _, ended := os.Stat(t.exit); ended == nil {
			return ""
		}
		t.room.t.Fatalf("tmux %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

// Screen is what the terminal shows; empty after the end of the program.
func (t *Terminal) Screen() string {
	t.room.t.Helper()
	return t.tmux("capture-pane", "-p")
}

// Type types a text as it is.
func (t *Terminal) Type(text string) {
	t.room.t.Helper()
	t.tmux("send-keys", "-l", text)
}

// Press presses keys, by their names in tmux.
func (t *Terminal) Press(keys ...string) {
	t.room.t.Helper()
	t.tmux(append([]string{"send-keys"}, keys...)...)
}

// Wait waits until the screen shows a text, and returns the screen.
func (t *Terminal) Wait(text string) string {
	t.room.t.Helper()
	var screen string
	ok := t.until(func() bool {
		screen = t.Screen()
		return strings.Contains(screen, text)
	})
	if !ok {
		t.room.t.Fatalf("the screen does not show %q:\n%s", text, screen)
	}
	return screen
}

// Ended waits for the end of the program and returns what it did.
func (t *Terminal) Ended() Result {
	t.room.t.Helper()
	var code []byte
	ok := t.until(func() bool {
		var err error
		code, err = bounded.ReadFile(t.exit, 16)
		return err == nil
	})
	if !ok {
		t.room.t.Fatalf("the program does not end:\n%s", t.Screen())
	}
	result := Result{Log: t.room.Model.Log()[t.asked:], HomeChanges: changes(t.before, snapshot(t.room.Home))}
	result.Exit, _ = strconv.Atoi(strings.TrimSpace(string(code)))
	return result
}

// Log are the requests to the model since the start.
func (t *Terminal) Log() int { return len(t.room.Model.Log()) - t.asked }

// Kill ends the terminal and what runs in it.
func (t *Terminal) Kill() {
	_ = exec.Command("tmux", "-S", t.socket, "kill-server").Run()
}

func (t *Terminal) until(done func() bool) bool {
	for end := time.Now().Add(Timeout); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if done() {
			return true
		}
	}
	return false
}

func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
