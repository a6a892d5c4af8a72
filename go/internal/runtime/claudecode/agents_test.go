//go:build agents

package claudecode_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/claudecode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
)

func TestMain(m *testing.M) { runtimetest.Main(m) }

// turns answers requests of the conversation in turn, those without tools with a word.
func turns(list ...modelmock.Turn) modelmock.Script {
	next := 0
	return func(_ int, r modelmock.Request) modelmock.Turn {
		if len(r.Tools) == 0 || next >= len(list) {
			return modelmock.Turn{Text: "done"}
		}
		next++
		return list[next-1]
	}
}

func call(tool string, input map[string]any) modelmock.Call {
	return modelmock.Call{Tool: tool, Input: input}
}

func TestHeadless(t *testing.T) {
	room := runtimetest.New(t, &claudecode.Driver, turns(
		modelmock.Turn{Text: "I look.", Calls: []modelmock.Call{call("Bash", map[string]any{"command": "echo seen >out; echo one", "description": "x"})}},
		modelmock.Turn{Calls: []modelmock.Call{call("Bash", map[string]any{"command": "touch denied", "description": "x"})}},
		modelmock.Turn{Text: "The end."},
	))
	m := runtimetest.Builtin(t, "coder")
	room.Guard.Decide(func(a guard.Ask) guard.Answer {
		if strings.Contains(string(a.Input), "denied") {
			return guard.Answer{Action: "deny", Reason: "Rule 7 is against it."}
		}
		return guard.Answer{Action: "allow"}
	})
	r := room.Run(room.Launch(m))
	t.Logf("%s\n%s", r.Stdout, r.Stderr)
	if r.Exit != 0 || len(r.HomeChanges) > 0 {
		t.Errorf("exit %d, home %v", r.Exit, r.HomeChanges)
	}
	for i, q := range r.Log {
		t.Logf("%d %s %v %q %v", i, q.Model, q.Tools, q.Messages, q.Results)
	}
	for _, a := range room.Guard.Asked(guard.Judge) {
		t.Logf("%+v %s", a, a.Input)
	}
	t.Log(slices.Collect(slices.Values(room.Guard.Asked(guard.Hello))), room.Guard.Asked(guard.State))
}
