// Package screentest sits at a terminal of tmux in front of a program, for tests, and
// loses no keys.
//
// A program does not listen while it draws, drops keys that come in one read, and ignores
// some for a moment after a dialog has appeared. So each key is pressed for what it changes
// on the screen: pressed again while the screen is as it was before, and nothing follows
// before the change is seen.
package screentest

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	// patience is how long a screen may take to show what is waited for, where programs
	// that draw all the time share a processor with much else.
	patience = 4 * time.Minute
	// again is how long a key may take to show its effect before it counts as lost.
	again = 3 * time.Second
	// glance is the time between two looks at the screen.
	glance = 50 * time.Millisecond
)

// Screen is a condition of the text on a screen.
type Screen func(text string) bool

// Shows holds while all of these are on the screen.
func Shows(words ...string) Screen {
	return func(text string) bool {
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
}

// Lacks holds while none of these is on the screen.
func Lacks(words ...string) Screen {
	return func(text string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
}

// Typed holds while a line that was typed is on the screen, however it is broken there.
func Typed(line string) Screen {
	squeeze := strings.NewReplacer(" ", "", "\n", "").Replace
	return func(text string) bool { return strings.Contains(squeeze(text), squeeze(line)) }
}

// And holds while both do.
func (s Screen) And(other Screen) Screen {
	return func(text string) bool { return s(text) && other(text) }
}

// Terminal is a terminal of tmux.
type Terminal struct {
	// Over reports whether the program has ended, after which the screen is empty and
	// keys go nowhere; nil where it does not end before the terminal.
	Over func() bool
	// About is added to failures; nil for nothing.
	About func() string
	// Styled keeps the escape sequences of colors in the text of the screen.
	Styled bool

	t      testing.TB
	socket string
}

// Open runs a command in a terminal. Without tmux the test is skipped, and fails with
// CI=true. The terminal is closed with the test.
func Open(t testing.TB, socket, dir string, columns, rows int, command ...string) *Terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("needs tmux")
	}
	term := &Terminal{t: t, socket: socket}
	term.Tmux(append([]string{"-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), "-c", dir}, command...)...)
	t.Cleanup(term.Close)
	return term
}

// Close ends the terminal and what runs in it.
func (t *Terminal) Close() {
	_ = exec.Command("tmux", "-S", t.socket, "kill-server").Run()
}

// Tmux runs a command of tmux and returns what it prints.
func (t *Terminal) Tmux(args ...string) string {
	t.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-S", t.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "TMUX=")
	out, err := cmd.CombinedOutput()
	if err != nil && !t.over() {
		t.t.Fatalf("tmux %s: %v\n%s", args[0], err, out)
	}
	if err != nil {
		return ""
	}
	return string(out)
}

// Screen returns what the terminal shows.
func (t *Terminal) Screen() string {
	t.t.Helper()
	if t.Styled {
		return t.Tmux("capture-pane", "-p", "-e")
	}
	return t.Tmux("capture-pane", "-p")
}

// Wait waits until all of these are on the screen and returns its text.
func (t *Terminal) Wait(words ...string) string {
	t.t.Helper()
	return t.WaitFor(Shows(words...))
}

// WaitFor waits for a screen and returns its text.
func (t *Terminal) WaitFor(wanted Screen) string {
	t.t.Helper()
	var text string
	for end := time.Now().Add(patience); ; time.Sleep(glance) {
		if text = t.Screen(); wanted(text) {
			return text
		}
		if time.Now().After(end) || t.over() {
			t.fail("the screen is not what was waited for", text)
		}
	}
}

// Press waits for the screen before, presses a key by its name in tmux, and returns the
// text of the screen after. While the screen is still the one before, the key was lost and
// is pressed again; so before must not hold where a second one would do harm.
func (t *Terminal) Press(key string, before, after Screen) string {
	t.t.Helper()
	if text := t.WaitFor(before); after(text) {
		t.fail("before "+key+" the screen is already the one after it", text)
	}
	return t.until(key, before, after, func() { t.Tmux("send-keys", key) })
}

// Quit waits for a screen and presses a key until the program has ended.
func (t *Terminal) Quit(key string, before Screen) {
	t.t.Helper()
	t.WaitFor(before)
	t.until(key, before, func(string) bool { return t.over() }, func() { t.Tmux("send-keys", key) })
}

// Type types a line into an empty input and waits until it is shown. Where a part was
// lost, the line is emptied and typed again.
func (t *Terminal) Type(line string) {
	t.t.Helper()
	shown := Typed(line)
	if text := t.Screen(); shown(text) {
		t.fail("already shown: "+line, text)
	}
	first := true
	t.until(line, func(text string) bool { return !shown(text) }, shown, func() {
		if !first {
			t.Tmux("send-keys", "C-u")
		}
		first = false
		t.Tmux("send-keys", "-l", line)
	})
}

func (t *Terminal) until(what string, before, after Screen, act func()) string {
	t.t.Helper()
	var text string
	for end := time.Now().Add(patience); time.Now().Before(end); {
		act()
		for lost := time.Now().Add(again); time.Now().Before(end); time.Sleep(glance) {
			if text = t.Screen(); after(text) {
				return text
			}
			if time.Now().After(lost) && before(text) {
				break
			}
			if t.over() {
				t.fail("the program has ended after "+what, text)
			}
		}
	}
	t.fail(what+" does not show the expected screen", text)
	return ""
}

func (t *Terminal) over() bool { return t.Over != nil && t.Over() }

func (t *Terminal) fail(what, text string) {
	t.t.Helper()
	if t.About != nil {
		text += "\n" + t.About()
	}
	t.t.Fatalf("%s:\n%s", what, strings.TrimSpace(text))
}
