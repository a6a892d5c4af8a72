//go:build agents

package opencode_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestMain(m *testing.M) { runtimetest.Main(m) }

// turns answers requests with tools one by one, and says done after that.
func turns(all ...modelmock.Turn) modelmock.Script {
	next := 0
	return func(_ int, r modelmock.Request) modelmock.Turn {
		if len(r.Tools) == 0 || next >= len(all) {
			return modelmock.Turn{Text: "done"}
		}
		next++
		return all[next-1]
	}
}

func call(tool string, input map[string]any) modelmock.Turn {
	return modelmock.Turn{Calls: []modelmock.Call{{Tool: tool, Input: input}}}
}

func bash(command string) modelmock.Turn {
	return call("bash", map[string]any{"command": command, "description": "try"})
}

// results are the results of tool calls in the last request.
func results(log []modelmock.Request) string {
	var all []string
	for _, r := range log {
		for _, result := range r.Results {
			if !slices.Contains(all, result.Text) {
				all = append(all, result.Text)
			}
		}
	}
	return strings.Join(all, "\n")
}

func withDialect(m *manifest.Manifest, wire manifest.WireAPI, id manifest.ModelID) *manifest.Manifest {
	m.Model.WireAPI, m.Model.ID = wire, id
	return m
}

// The same holds in each dialect: system prompt, model, a call that is allowed and one
// that is not, and a session that goes on.
func TestHeadless(t *testing.T) {
	for _, d := range []struct {
		wire manifest.WireAPI
		id   manifest.ModelID
	}{{"anthropic", "claude-sonnet-5-5"}, {"openai-chat", "gpt-6.2-sol"}, {"openai-responses", "gpt-6.2-sol"}} {
		t.Run(string(d.wire), func(t *testing.T) {
			m := withDialect(runtimetest.Builtin(t, "coder"), d.wire, d.id)
			room := runtimetest.New(t, &opencode.Driver, turns(bash("ls"), bash("sudo touch stolen")))
			if err := os.WriteFile(filepath.Join(room.Workspace, "here.txt"), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			room.Guard.By(m)
			l := room.Launch(m)
			l.System = "You are tried. {file:/etc/hostname} {env:HOME} stay."
			r := room.Run(l)
			if r.Exit != 0 || len(r.HomeChanges) > 0 {
				t.Errorf("exit %d, changes in HOME: %v\n%s\n%s", r.Exit, r.HomeChanges, r.Stdout, r.Stderr)
			}
			var main []modelmock.Request
			for _, q := range r.Log {
				if opencode.Driver.Request(q.Header).Side == "" {
					main = append(main, q)
				}
			}
			if len(main) != 3 {
				t.Fatalf("%d requests of the conversation\n%s\n%s", len(main), r.Stdout, r.Stderr)
			}
			first := main[0]
			if first.Model != string(d.id) || !strings.HasPrefix(first.System, l.System) || len(first.Messages) != 1 || strings.TrimSpace(first.Messages[0]) != "Begin." {
				t.Errorf("the first request: model %s, messages %q, system %q", first.Model, first.Messages, first.System)
			}
			for _, tool := range first.Tools {
				o := opencode.Driver.Offer(m, tool)
				if !o.Internal && !m.Tools.Offers(o.Tool) {
					t.Errorf("the tool %s is offered", tool)
				}
			}
			text := results(main)
			if !strings.Contains(text, "here.txt") || !strings.Contains(text, "An agent has no business") {
				t.Errorf("results: %s", text)
			}
			sessions := room.Guard.Asked(guard.Session)
			if len(room.Guard.Asked(guard.Hello)) != 1 || len(sessions) != 1 || sessions[0].Session != opencode.Driver.Request(first.Header).Session {
				t.Errorf("sessions %v", sessions)
			}
			if found := append(runtimetest.Has(room.State, runtimetest.Token), runtimetest.Has(room.Files, runtimetest.Token)...); len(found) > 0 {
				t.Errorf("the token is in %v", found)
			}

			l.Resume, l.Session, l.Prompt, l.System = true, sessions[0].Session, "Again.", "You are another."
			again := room.Run(l)
			last := again.Log[len(again.Log)-1]
			if again.Exit != 0 || !strings.HasPrefix(last.System, l.System) || !slices.ContainsFunc(last.Messages, func(s string) bool { return strings.TrimSpace(s) == "Again." }) ||
				len(last.Messages) != 2 {
				t.Errorf("resumed: exit %d, system %q, messages %q\n%s", again.Exit, last.System, last.Messages, again.Stderr)
			}
		})
	}
}
