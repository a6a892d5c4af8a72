//go:build unix

package tui_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// These tests run the program in a real terminal: keys are sent through tmux,
// and the screen is what tmux shows. They wait for what is on the screen, never
// for time to pass.

// patience limits how long they wait.
const patience = 60 * time.Second

// shopName replaces the name of the tests' directory in the golden screens. Both names
// have the same length.
const shopName = "/home/ada/a-shop"

type terminal struct {
	*testing.T
	socket, dir string
}

// built is a folder with the program in it.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "insomnia-tui-test")
	if err != nil {
		return "", err
	}
	cleanUp = func() { os.RemoveAll(dir) }
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "insomnia"), "../../cmd/insomnia").CombinedOutput(); err != nil {
		return dir, fmt.Errorf("%w\n%s", err, out)
	}
	return dir, nil
})

var cleanUp = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	cleanUp()
	os.Exit(code)
}

// openTerminal builds the program and opens a shell on a terminal of that size,
// in a project with profiles good and bad.
func openTerminal(t *testing.T, width, height int, env ...string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tmux is not installed, and in CI it must be")
		}
		t.Skip("tmux is not installed")
	}
	term := &terminal{T: t, socket: fmt.Sprintf("insomnia-test-%d-%d", os.Getpid(), rand.Uint32())}
	for term.dir == "" {
		dir := fmt.Sprintf("/tmp/shop%07d", rand.IntN(10_000_000))
		switch err := os.Mkdir(dir, 0o700); {
		case err == nil:
			term.dir = dir
		case !errors.Is(err, os.ErrExist):
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.RemoveAll(term.dir) })
	if err := os.CopyFS(filepath.Join(term.dir, ".insomnia", "profiles"), os.DirFS("testdata/project")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"own.nix", "slow.nix"} {
		if err := os.Rename(filepath.Join(term.dir, ".insomnia/profiles", name), filepath.Join(term.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	command := append([]string{"env", "-i", "HOME=" + home, "TERM=screen-256color", "LANG=C.UTF-8", "PS1=$ ",
		"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin"}, env...)
	term.tmux(append([]string{"-f", "/dev/null", "new-session", "-d", "-c", term.dir, "-x", fmt.Sprint(width), "-y", fmt.Sprint(height)},
		append(command, "sh", "-i")...)...)
	t.Cleanup(func() { exec.Command("tmux", "-L", term.socket, "kill-server").Run() })
	term.shows("$")
	return term
}

func (t *terminal) tmux(args ...string) string {
	t.Helper()
	out, err := exec.Command("tmux", append([]string{"-u", "-L", t.socket}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// keys presses keys by the names that tmux has for them; text is typed.
func (t *terminal) keys(keys ...string) {
	t.Helper()
	t.tmux(append([]string{"send-keys"}, keys...)...)
}

func (t *terminal) typed(text string) {
	t.Helper()
	t.tmux("send-keys", "-l", text)
}

// run types a command of the shell.
func (t *terminal) run(command string) {
	t.Helper()
	t.typed(command)
	t.keys("Enter")
}

func (t *terminal) screen() string {
	t.Helper()
	lines := strings.Split(t.tmux("capture-pane", "-p"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// shows waits until all of these are on the screen.
func (t *terminal) shows(words ...string) {
	t.Helper()
	t.until(strings.Join(words, " and "), func(screen string) bool {
		for _, w := range words {
			if !strings.Contains(screen, w) {
				return false
			}
		}
		return true
	})
}

func (t *terminal) until(what string, ok func(screen string) bool) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		screen := t.screen()
		if ok(screen) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the screen never shows %s:\n%s", what, screen)
		}
	}
}

func (t *terminal) resize(width, height int) {
	t.Helper()
	t.tmux("resize-window", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height))
}

// state returns what tmux knows about the terminal: whether the alternate screen is on,
// the cursor is hidden, the mouse is enabled, or the keypad or its keys are changed.
func (t *terminal) state() string {
	t.Helper()
	return t.tmux("display-message", "-p", "alternate #{alternate_on}, cursor #{cursor_flag}, mouse #{mouse_any_flag}, keypad #{keypad_flag} #{keypad_cursor_flag}, insert #{insert_flag}, wrap #{wrap_flag}")
}

var changing = []struct {
	pattern *regexp.Regexp
	stands  string
}{
	{regexp.MustCompile(`sha256-[A-Za-z0-9+/=]+`), "sha256-…"},
	{regexp.MustCompile(`\n +[A-Za-z0-9+/]{9,}=\n`), "\n"}, // the rest of it, where it is narrow
	{regexp.MustCompile(`(saved  )\d+s( *)`), "${1}0s$2"},
}

// golden compares the screen with the one in testdata/terminal.
func (t *terminal) golden(name string) {
	t.Helper()
	got := strings.ReplaceAll(t.screen(), t.dir, shopName)
	for _, c := range changing {
		got = c.pattern.ReplaceAllString(got, c.stands)
	}
	file := filepath.Join("testdata", "terminal", name+".txt")
	golden.Check(t, file, []byte(got))
}

// From an empty list to a Pod, with a profile other than the default and one given as a
// path; then out again.
func TestNewPodInTerminal(t *testing.T) {
	term := openTerminal(t, 80, 24)
	term.run("stty -a > before; clear; echo here before")
	term.shows("here before\n$")
	before, state := term.screen(), term.state()

	term.run("insomnia; echo left with $?")
	term.shows("› New Pod", "There are no Pods yet")
	term.golden("empty")
	if got := term.state(); !strings.HasPrefix(got, "alternate 1") {
		t.Errorf("the screen of the shell is drawn on: %s", got)
	}

	term.keys("n")
	term.shows("profile:", "coder (default)")
	term.keys("Enter")
	term.shows("profiles: * is the default")
	term.golden("picker")
	// A broken one says why and cannot be chosen; a name that two have is qualified.
	term.keys("Up", "Enter")
	term.shows("broken: modle: unknown field", "cannot be chosen")
	term.keys("Down", "Down")
	term.shows("`coder` alone is ambiguous: also builtin:coder")
	// Another than the default.
	term.typed("reviewer")
	term.shows("› ", "builtin:reviewer-cheap")
	term.keys("Enter")
	term.until("the reviewer in the form", func(s string) bool {
		return strings.Contains(s, "profile:      reviewer\n") && strings.Contains(s, "builtin:reviewer ·")
	})
	// One by its path.
	term.keys("Up", "Enter")
	term.shows("filter:")
	term.typed("./own.nix")
	term.shows("› ", "Use ./own.nix")
	term.keys("Enter")
	term.shows("profile:      own", "./own.nix ·")
	term.keys("Tab")
	term.typed("night-shift")
	term.shows("› name:         night-shift")
	term.golden("form")

	term.keys("C-s")
	term.shows("What it may do", "lines 1–")
	term.golden("preview")
	term.resize(40, 15)
	term.until("the page in 40 columns", func(s string) bool { return strings.Contains(s, "lines 1–9 of") })
	term.golden("preview-narrow")
	term.resize(120, 40)
	term.until("the page in 120 columns", func(s string) bool { return strings.Contains(s, "Servers and other programs") })
	term.resize(80, 24)
	term.shows("lines 1–19")

	term.keys("Enter")
	term.shows("created Pod `night-shift` (not started)", "up to date")
	term.golden("created")
	// The profile changes; the Pod does not, and the list tells.
	own := filepath.Join(term.dir, "own.nix")
	if err := os.WriteFile(own, []byte(strings.Replace(read(t, term.dir, "own.nix"), "log in", "log out", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	term.keys("r")
	term.shows("changed", "profile changed: own.nix", "1 with a changed profile")
	term.golden("changed")
	term.keys("Enter")
	term.shows("Insomnia › Pods › night-shift", "workspace")
	term.keys("Space") // the snapshot as it was, with what a summary leaves out
	term.shows("tickets-mcp --project 'log in'", "tickets.token")
	term.keys("End")
	term.shows("created, generation 1")

	term.keys("C-c")
	term.shows("left with 130")
	if got := term.state(); got != state {
		t.Errorf("the terminal was %sand is %s", state, got)
	}
	if got := term.screen(); !strings.HasPrefix(got, strings.TrimSuffix(before, "\n")) {
		t.Errorf("the screen was\n%s\nand is\n%s", before, got)
	}
	term.run("stty -a > after; insomnia pod list --json > list.json; echo echoed")
	term.shows("\nechoed")
	if diff := cmp.Diff(read(t, term.dir, "before"), read(t, term.dir, "after")); diff != "" {
		t.Errorf("the settings of the terminal: %s", diff)
	}
	var pods struct {
		Pods []struct{ Name, Workspace string }
	}
	if err := json.Unmarshal([]byte(read(t, term.dir, "list.json")), &pods); err != nil {
		t.Fatal(err)
	}
	if len(pods.Pods) != 1 || pods.Pods[0].Name != "night-shift" || pods.Pods[0].Workspace != term.dir {
		t.Errorf("saved: %+v", pods)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// An evaluation that never ends is named, can be stopped, and ends with the
// program, by ctrl-c and by a signal; the terminal is as before.
func TestLeavingInTerminal(t *testing.T) {
	term := openTerminal(t, 80, 24)
	term.run("stty -a > before; clear")
	term.until("a clear screen", func(s string) bool { return s == "$\n" })
	state := term.state()
	hang := func() {
		t.Helper()
		term.run("sh -c 'echo $$ > pid; exec insomnia'; echo left with $?; stty -a > after")
		term.shows("› New Pod")
		term.keys("n")
		term.shows("coder (default)")
		term.keys("Enter")
		term.shows("filter:")
		term.typed("./slow.nix")
		term.keys("Enter")
		term.shows("evaluating ./slow.nix")
	}
	clean := func(says string) {
		t.Helper()
		term.shows("left with " + says)
		term.until("the shell again", func(s string) bool { return strings.HasSuffix(s, "\n$\n") })
		if got := term.state(); got != state {
			t.Errorf("the terminal was %sand is %s", state, got)
		}
		if diff := cmp.Diff(read(t, term.dir, "before"), read(t, term.dir, "after")); diff != "" {
			t.Errorf("the settings of the terminal: %s", diff)
		}
		term.run("clear")
		term.until("a clear screen", func(s string) bool { return s == "$\n" })
	}
	hang()
	term.keys("Escape")
	term.until("the evaluation stopped", func(s string) bool { return !strings.Contains(s, "evaluating") && strings.Contains(s, "use it") })
	term.keys("Enter")
	term.shows("evaluating ./slow.nix")
	term.keys("C-c")
	clean("130")

	hang()
	pid, err := strconv.Atoi(strings.TrimSpace(read(t, term.dir, "pid")))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	clean("130")
}

// What would have to be downloaded is not; the command that does it is named.
func TestNoDownloadInTerminal(t *testing.T) {
	term := openTerminal(t, 80, 24)
	term.run("insomnia")
	term.shows("› New Pod")
	term.keys("n")
	term.shows("coder (default)")
	term.keys("Enter")
	term.shows("filter:")
	term.typed("git+https://127.0.0.1:1/agents#coder")
	term.keys("Enter")
	term.shows("is not on this machine", "insomnia pod new")
	term.golden("download")
}

// Colors are optional; a mark and a word convey the same.
func TestColoursInTerminal(t *testing.T) {
	for _, test := range []struct {
		env     string
		colours bool
	}{{"COLORTERM=truecolor", true}, {"NO_COLOR=1", false}} {
		t.Run(test.env, func(t *testing.T) {
			term := openTerminal(t, 80, 24, test.env)
			term.run("insomnia")
			term.shows("› New Pod")
			coloured := regexp.MustCompile("\x1b\\[[0-9;]*(3[0-7]|38;[0-9;]*|9[0-7])m").MatchString(term.tmux("capture-pane", "-e", "-p"))
			if coloured != test.colours {
				t.Errorf("colours: %v", coloured)
			}
		})
	}
}

// Without a terminal for input and output, the program lists what it can do.
func TestNoTerminal(t *testing.T) {
	term := openTerminal(t, 100, 60)
	for name, command := range map[string]string{
		"output to a pipe":  "insomnia | cat",
		"input from a file": "insomnia < /dev/null",
		"a dumb terminal":   "TERM=dumb insomnia",
		"no TERM":           "env -u TERM insomnia",
	} {
		term.run("clear; " + command + "; echo " + strings.ToUpper(name))
		term.until("the help and "+strings.ToUpper(name), func(s string) bool {
			return strings.HasPrefix(s, "NAME:") && strings.Contains(s, "USAGE:") && strings.HasSuffix(s, strings.ToUpper(name)+"\n$\n")
		})
		if got := term.state(); !strings.HasPrefix(got, "alternate 0, cursor 1") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// The same line by line, for those who listen.
func TestAccessibleInTerminal(t *testing.T) {
	term := openTerminal(t, 80, 50, "INSOMNIA_ACCESSIBLE=1")
	term.run("TERM=dumb insomnia; echo left with $?")
	for _, step := range []struct{ asks, answer string }{
		{"q to quit [q]: ", "n"}, {"flake reference [builtin:coder]: ", "./own.nix"}, {"Workspace [" + term.dir + "]: ", ""}, {"from the profile's name): ", "night-shift"},
		{"none is installed yet): ", ""}, {"First prompt (may be empty): ", ""}, {"y or n [n]: ", "y"}, {"q to quit [q]: ", "q"},
	} {
		term.until(step.asks, func(s string) bool { return strings.HasSuffix(s, strings.TrimRight(step.asks, " ")+"\n") })
		term.run(step.answer)
	}
	term.shows("created Pod `night-shift` (not started)", "1. night-shift, profile own", "left with 0")
	if got := term.state(); !strings.HasPrefix(got, "alternate 0, cursor 1") {
		t.Error(got)
	}
}
