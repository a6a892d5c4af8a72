//go:build agents

package opencode_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/internal/screentest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

var shows = screentest.Shows

// answers are those of a dialog, each after the escape sequence of its color.
var answers = regexp.MustCompile(`(\x1b\[[0-9;]*m)(Allow once|Allow always|Reject)`)

// selected holds while this answer has another color than the others.
func selected(answer string) screentest.Screen {
	return func(text string) bool {
		colors := map[string]bool{}
		color := ""
		for _, m := range answers.FindAllStringSubmatch(text, -1) {
			if m[2] == answer {
				color = m[1]
			} else {
				colors[m[1]] = true
			}
		}
		return color != "" && len(colors) == 1 && !colors[color]
	}
}

// In a terminal the first screen is the conversation. Allowed calls run without a
// question, others are asked about once, and a session can be resumed with a first
// message.
func TestTerminal(t *testing.T) {
	t.Parallel()
	m := withDialect(runtimetest.Builtin(t, "coder"), "openai-chat", "model-1")
	m.Permissions.Default = "deny"
	m.Permissions.Rules = []manifest.Rule{rule("allow", "bash", "echo *"), rule("ask", "bash", "touch *"), rule("ask", "write", "*"), rule("deny", "bash", "id*")}
	room := runtimetest.New(t, &opencode.Driver, turns(
		bash("echo allowed"), bash("touch asked"), bash("touch refused"), bash("id"), modelmock.Turn{Text: "second-answer"}))
	room.Guard.By(m, false)
	l := room.Launch(m)
	l.Headless, l.Prompt, l.UI = false, "Begin in the terminal.", map[string]string{"theme": "nord"}
	term := room.Open(l)
	term.Wait("$ touch asked", "Allow once", l.Prompt)
	term.Styled = true
	term.Press("Enter", shows("touch asked").And(selected("Allow once")), shows("touch refused", "Allow once"))
	if _, err := os.Stat(filepath.Join(room.Workspace, "asked")); err != nil {
		t.Error("what was allowed did not run")
	}
	term.Press("Right", selected("Allow once"), selected("Allow always"))
	term.Press("Right", selected("Allow always"), selected("Reject"))
	term.Press("Enter", selected("Reject"), screentest.Lacks("Reject"))
	term.Styled = false
	term.Quit("C-c", shows("/work ")) // of the last line, when the agent waits
	r := term.Ended()
	if r.Exit != 0 || len(r.HomeChanges) > 0 {
		t.Errorf("exit %d, changes in HOME: %v", r.Exit, r.HomeChanges)
	}
	if _, err := os.Stat(filepath.Join(room.Workspace, "refused")); err == nil {
		t.Error("what was refused ran")
	}
	if text := results(r.Log); !strings.Contains(text, "allowed") {
		t.Errorf("results: %s", text)
	}
	for _, q := range r.Log {
		if opencode.Driver.Request(q.Header).Side == "" && (len(q.Messages) != 1 || q.Messages[0] != l.Prompt) {
			t.Errorf("messages: %q", q.Messages)
		}
	}

	l.Resume, l.Session, l.Prompt = true, room.Guard.Events(guard.Session)[0].Session, "Again in the terminal."
	term = room.Open(l)
	term.Quit("C-c", shows("second-answer", l.Prompt, "/work "))
	r = term.Ended()
	last := r.Log[len(r.Log)-1]
	if n := strings.Count(strings.Join(last.Messages, "\n"), l.Prompt); n != 1 {
		t.Errorf("the message was sent %d times: %q", n, last.Messages)
	}
	if text := results(r.Log); !strings.Contains(text, "denied by rule 4") {
		t.Errorf("results: %s", text)
	}
}
