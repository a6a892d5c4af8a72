//go:build agents

package agenttest

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// pane is a shell in a terminal of tmux.
type pane struct {
	*desk
	socket string
}

func (d *desk) pane() *pane {
	d.Helper()
	p := &pane{d, filepath.Join(filepath.Dir(d.home), "tmux")}
	p.tmux(append([]string{"-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-c", d.work, "env", "-i"}, append(d.env, "PS1=user: ", "bash", "--norc", "--noprofile")...)...)
	d.Cleanup(func() { _ = exec.Command("tmux", "-S", p.socket, "kill-server").Run() })
	p.shows("user:")
	return p
}

func (p *pane) tmux(args ...string) string {
	p.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", p.socket}, args...)...).CombinedOutput()
	if err != nil {
		p.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (p *pane) screen() string { return p.tmux("capture-pane", "-p") }

func (p *pane) types(keys ...string) { p.tmux(append([]string{"send-keys"}, keys...)...) }

// shows waits for a text on the screen.
func (p *pane) shows(text string) {
	p.Helper()
	for until := time.Now().Add(time.Minute); !strings.Contains(p.screen(), text); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			p.Fatalf("the screen does not show %q, but:\n%s\n%s", text, strings.TrimSpace(p.screen()), p.insomnia("pod", "list").stdout)
		}
	}
}

// A program works in its own screen: it is detached and attached in another size, stopped
// and continued, and ended from outside; the terminal is as it was after each.
func TestSession(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, `prompts.system = "`+systemPrompt+`";`, script(modelmock.Turn{Text: "the answer is 4711"}))
		home := tree(t, d.home)
		p := d.pane()
		p.types("stty -a > before; "+program+" pod new user:tried --runtime "+a.runtime+" --name tried --prompt 'what is it'", "Enter")
		p.shows("4711") // and no first screen before
		if got := d.conversation(); len(got) != 1 || !strings.Contains(got[0].System, systemPrompt) {
			t.Errorf("%d requests of the conversation: %q", len(got), got)
		}
		if again := d.insomnia("pod", "resume", "tried", "--print", "--prompt", "x"); again.exit != 8 || !strings.Contains(again.stderr, "insomnia pod attach tried") {
			t.Errorf("a second start: %+v", again)
		}
		p.types("C-]")
		p.shows("detached from Pod")
		p.types("clear; stty -a > after; cmp before after && echo sa''me", "Enter")
		p.shows("same")
		if out := d.insomnia("pod", "list"); !strings.Contains(out.stdout, "waiting") && !strings.Contains(out.stdout, "working") {
			t.Errorf("%+v", out)
		}
		p.tmux("resize-window", "-x", "120", "-y", "40")
		p.types(program+" pod attach tried", "Enter")
		p.shows("4711")
		p.types("C-z")
		p.shows("Stopped")
		p.types("clear; fg", "Enter")
		p.shows("4711")
		if out := d.insomnia("pod", "rm", "tried", "--yes"); out.exit != 8 {
			t.Errorf("%+v", out)
		}
		if out := d.insomnia("pod", "stop", "tried"); out.exit != 0 || !strings.Contains(out.stderr, "stopped") {
			t.Errorf("%+v", out)
		}
		p.shows("user:")
		p.types("clear; stty rows 30 columns 100; stty -a > after; cmp before after && echo sa''me", "Enter")
		p.shows("same")
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
		p.types("stty -a > before; "+program+" pod new user:tried --runtime "+a.runtime+" --name tried --prompt 'what is it'", "Enter")
		p.shows("4711")
		var report struct{ Live struct{ Process int } }
		if err := json.Unmarshal([]byte(d.insomnia("pod", "show", "tried", "--json").stdout), &report); err != nil || report.Live.Process < 2 {
			t.Fatal(report, err)
		}
		if err := syscall.Kill(report.Live.Process, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		p.shows("ended unexpectedly")
		p.types("clear; stty -a > after; cmp before after && echo sa''me", "Enter")
		p.shows("same")
		d.nothingRuns()
		if out := d.insomnia("pod", "list"); !strings.Contains(out.stdout, "failed") {
			t.Errorf("%+v", out)
		}
		p.types("clear; "+program+" pod resume tried", "Enter")
		p.shows("4711")
		p.tmux("kill-server")
		d.nothingRuns()
		if out := d.insomnia("pod", "list"); !strings.Contains(out.stdout, "ended") {
			t.Errorf("%+v", out)
		}
	})
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
