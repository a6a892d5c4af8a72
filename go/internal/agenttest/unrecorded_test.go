//go:build agents

package agenttest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// killSupervisor kills what holds the Pod.
func (d *desk) killSupervisor() {
	d.Helper()
	var report struct{ Live struct{ Process int } }
	if err := json.Unmarshal([]byte(d.insomnia("pod", "show", "tried", "--json").stdout), &report); err != nil || report.Live.Process < 2 {
		d.Fatal(report, err)
	}
	if err := syscall.Kill(report.Live.Process, syscall.SIGKILL); err != nil {
		d.Fatal(err)
	}
}

// sent returns how often a message occurs in a request.
func sent(r modelmock.Request, message string) int {
	return strings.Count(strings.Join(r.Messages, "\n"), message)
}

const notRecorded = "recorded nothing of the conversation of Pod `tried`, so another one begins"

// A program that is killed during its first answer can be resumed, whether it had
// recorded the conversation or not. No message is sent twice, and losses are reported.
func TestResumeAfterKill(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		asked, answer := make(chan bool), make(chan bool)
		once := sync.OnceFunc(func() { close(asked) })
		release := sync.OnceFunc(func() { close(answer) })
		t.Cleanup(release)
		d := newDesk(t, a, "", func(_ int, r modelmock.Request) modelmock.Turn {
			if len(r.Tools) == 0 {
				return modelmock.Turn{Text: "a title"}
			}
			once()
			<-answer
			return modelmock.Turn{Text: "the answer is 4711"}
		})
		ended := make(chan ran)
		go func() { ended <- d.headless("what is it") }()
		<-asked
		d.killSupervisor()
		if got := <-ended; got.exit == 0 {
			t.Errorf("%+v", got)
		}
		d.nothingRuns()
		release()
		before := len(d.conversation())
		got := d.insomnia("pod", "resume", "tried", "--print", "--prompt", "go on")
		if got.exit != 0 || !strings.Contains(got.stdout, "4711") {
			t.Errorf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
		}
		first := 1
		if strings.Contains(got.stderr, notRecorded) {
			first = 0
		}
		if after := d.conversation()[before:]; len(after) != 1 || sent(after[0], "go on") != 1 || sent(after[0], "what is it") != first {
			t.Errorf("%d requests, %.3000q", len(after), after)
		}
	})
}

// If a program has recorded nothing of the conversation, a new one begins in the same
// Pod. The output mentions that the first message is sent again.
func TestResumeUnrecorded(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, "", script(modelmock.Turn{Text: "the answer is 4711"}))
		if got := d.headless("what is it"); got.exit != 0 {
			t.Fatalf("%+v", got)
		}
		lose := func() {
			t.Helper()
			states, err := filepath.Glob(d.xdg + "/state/insomnia/runs/*/agent")
			if err != nil || len(states) != 1 {
				t.Fatal(states, err)
			}
			if err := os.RemoveAll(states[0]); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			args    []string
			message string
			same    bool
		}{{nil, "what is it", true}, {[]string{"--prompt", "something else"}, "something else", false}} {
			lose()
			before := len(d.conversation())
			got := d.insomnia(append([]string{"pod", "resume", "tried", "--print"}, c.args...)...)
			if got.exit != 0 || !strings.Contains(got.stdout, "4711") || strings.Contains(got.stdout, notRecorded) ||
				strings.Count(got.stderr, notRecorded) != 1 || strings.Contains(got.stderr, notRecorded+" with the same first message") != c.same {
				t.Errorf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
			}
			if after := d.conversation()[before:]; len(after) != 1 || sent(after[0], c.message) != 1 || !c.same && sent(after[0], "what is it") != 0 {
				t.Errorf("%d requests, %.3000q", len(after), after)
			}
		}
		// The new conversation is that of the Pod from now on.
		before := len(d.conversation())
		got := d.insomnia("pod", "resume", "tried", "--print", "--prompt", "go on")
		if after := d.conversation()[before:]; got.exit != 0 || strings.Contains(got.stderr, notRecorded) || len(after) != 1 || sent(after[0], "something else") != 1 || sent(after[0], "go on") != 1 {
			t.Errorf("%+v\n%.3000q", got, after)
		}
	})
}

// A session that was left before its first message goes on.
func TestResumeWithoutMessage(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, "", script(modelmock.Turn{Text: "the answer is 4711"}))
		p := d.pane()
		begun := map[string]string{"claude-code": "Claude Code v", "codex": "OpenAI Codex", "opencode": "Ask anything"}[a.runtime]
		p.run(program+" pod new user:tried --runtime "+a.runtime+" --name tried", shows(begun))
		if out := d.insomnia("pod", "stop", "tried"); out.exit != 0 {
			t.Errorf("%+v", out)
		}
		got := d.insomnia("pod", "resume", "tried", "--print", "--prompt", "what is it")
		if got.exit != 0 || !strings.Contains(got.stdout, "4711") {
			t.Errorf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
		}
		if after := d.conversation(); len(after) != 1 || sent(after[0], "what is it") != 1 {
			t.Errorf("%d requests", len(after))
		}
	})
}
