//go:build agents

package agenttest

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/internal/screentest"
)

// pane is a shell in a terminal.
type pane struct {
	*desk
	*screentest.Terminal
}

const shell = "user:"

func (d *desk) pane() pane {
	d.Helper()
	command := append(append([]string{"env", "-i"}, d.env...), "PS1="+shell+" ", "bash", "--norc", "--noprofile")
	p := pane{d, screentest.Open(d, filepath.Join(filepath.Dir(d.home), "tmux"), d.work, 100, 30, command...)}
	p.About = func() string { return d.insomnia("pod", "list").stdout }
	return p
}

// waits holds while the shell waits for a command.
func waits(text string) bool {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1]) == shell
}

// run runs a command of the shell, on an empty screen, and waits for the screen that it
// leads to.
func (p pane) run(command string, leads screentest.Screen) {
	p.Helper()
	empty := func(text string) bool { return strings.TrimSpace(text) == shell }
	if !empty(p.WaitFor(waits)) {
		p.Press("C-l", waits, empty)
	}
	p.Type(command)
	p.Press("Enter", screentest.Typed(command), leads)
}

var shows = screentest.Shows

// begin starts the Pod and waits for the answer of the model.
func (p pane) begin() {
	p.Helper()
	p.run("stty -a >before; "+program+" pod new user:tried --runtime "+p.runtime+" --name tried --prompt 'what is it'", shows("4711"))
}

// same holds the terminal to what it was before.
func (p pane) same() {
	p.run("stty rows 30 columns 100; stty -a >after; cmp before after && echo sa''me", shows("same"))
}

// A program works in its own screen: it is detached and attached in another size, stopped
// and continued, and ended from outside; the terminal is as it was after each.
func TestSession(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, `prompts.system = "`+systemPrompt+`";`, script(modelmock.Turn{Text: "the answer is 4711"}))
		home := tree(t, d.home)
		p := d.pane()
		p.begin() // and no first screen before
		if got := d.conversation(); len(got) != 1 || !strings.Contains(got[0].System, systemPrompt) {
			t.Errorf("%d requests of the conversation: %q", len(got), got)
		}
		if again := d.insomnia("pod", "resume", "tried", "--print", "--prompt", "x"); again.exit != 8 || !strings.Contains(again.stderr, "insomnia pod attach tried") {
			t.Errorf("a second start: %+v", again)
		}
		p.Press("C-]", shows("4711"), shows("detached from Pod"))
		p.same()
		if out := d.insomnia("pod", "list"); !strings.Contains(out.stdout, "waiting") && !strings.Contains(out.stdout, "working") {
			t.Errorf("%+v", out)
		}
		p.Tmux("resize-window", "-x", "120", "-y", "40")
		p.run(program+" pod attach tried", shows("4711"))
		p.Press("C-z", shows("4711"), shows("Stopped"))
		p.run("fg", shows("4711"))
		if out := d.insomnia("pod", "rm", "tried", "--yes"); out.exit != 8 {
			t.Errorf("%+v", out)
		}
		if out := d.insomnia("pod", "stop", "tried"); out.exit != 0 || !strings.Contains(out.stderr, "stopped") {
			t.Errorf("%+v", out)
		}
		p.same()
		if out := d.insomnia("pod", "show", "tried"); !strings.Contains(out.stdout, "ended") {
			t.Errorf("%+v", out)
		}
		if now := tree(t, d.home); !maps.Equal(now, home) {
			t.Errorf("the home has changed: %q", keys(now))
		}
		d.onlyKey()
	})
}

// A supervisor that is killed leaves no process and a terminal that is the user's; a
// terminal that is closed ends the Pod.
func TestKilled(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, "", script(modelmock.Turn{Text: "the answer is 4711"}))
		p := d.pane()
		p.begin()
		d.keeps("4711") // a program that is killed earlier cannot resume the conversation
		var report struct{ Live struct{ Process int } }
		if err := json.Unmarshal([]byte(d.insomnia("pod", "show", "tried", "--json").stdout), &report); err != nil || report.Live.Process < 2 {
			t.Fatal(report, err)
		}
		if err := syscall.Kill(report.Live.Process, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		p.Wait("ended unexpectedly")
		p.same()
		d.nothingRuns()
		if out := d.insomnia("pod", "list"); !strings.Contains(out.stdout, "failed") {
			t.Errorf("%+v", out)
		}
		p.run(program+" pod resume tried", shows("4711"))
		p.Close()
		d.nothingRuns()
		if out := d.insomnia("pod", "list"); !strings.Contains(out.stdout, "ended") {
			t.Errorf("%+v", out)
		}
	})
}

// keeps waits until the program has written a text into its own state.
func (d *desk) keeps(text string) {
	d.Helper()
	state := filepath.Join(d.xdg, "state", "insomnia", "runs")
	for until := time.Now().Add(time.Minute); len(runtimetest.Has(state, text)) == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			d.Fatalf("no file of the program has %q", text)
		}
	}
}

// nothingRuns waits until no program of this desk is left.
func (d *desk) nothingRuns() {
	d.Helper()
	var left []string
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		left = nil
		all, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, path := range all {
			environ, _ := os.ReadFile(path)
			line, _ := os.ReadFile(filepath.Dir(path) + "/cmdline")
			if bytes.Contains(environ, []byte("HOME="+d.home+"\x00")) && !bytes.HasPrefix(line, []byte("bash\x00")) && !bytes.HasPrefix(line, []byte("tmux\x00")) {
				left = append(left, string(line))
			}
		}
		if len(left) == 0 {
			return
		}
	}
	d.Errorf("left: %.500q", left)
}
