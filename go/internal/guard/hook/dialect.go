package hook

import (
	"encoding/json"
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/guard"
	"github.com/insomnia-pods/insomnia/go/internal/jsonread"
)

// dialect describes how a program reads the answer of a hook.
type dialect struct {
	// allows is set if `allow` keeps the program from asking the user itself. Otherwise an
	// empty answer means `allow`: Codex treats the word as a failed hook.
	allows bool
	// asks is set if `ask` opens the program's dialog. Codex would run the tool instead.
	asks bool
}

// dialectOf returns the dialect of a runtime whose hooks are commands.
func dialectOf(runtime string) (dialect, bool) {
	switch runtime {
	case "claude-code":
		return dialect{allows: true, asks: true}, true
	case "codex":
		return dialect{}, true
	}
	return dialect{}, false
}

// input is an event as a program describes it. Both programs use the same names.
type input struct {
	event, session, tool, call, directory string
	agent, agentType                      string
	toolInput                             jsontext.Value
}

// read parses the input of a hook. It skips unknown names and treats null as unset. A
// duplicate name is an error, because it is unclear which value the program uses.
func read(text []byte) (input, error) {
	var in input
	var rest jsontext.Value
	field := func(to *string) func(*jsonread.Reader) error {
		return func(r *jsonread.Reader) error {
			if r.Null() {
				return nil
			}
			return r.Text(to)
		}
	}
	err := jsonread.New(text).Whole(func(name string) any {
		switch name {
		case "hook_event_name":
			return field(&in.event)
		case "session_id":
			return field(&in.session)
		case "cwd":
			return field(&in.directory)
		case "tool_name":
			return field(&in.tool)
		case "tool_use_id":
			return field(&in.call)
		case "tool_input":
			return &in.toolInput
		case "agent_id":
			return field(&in.agent)
		case "agent_type":
			return field(&in.agentType)
		}
		return &rest
	})
	return in, err
}

// question returns the Ask for an event; ok is false for an unknown event.
func (in input) question() (q guard.Ask, ok bool) {
	q = guard.Ask{Session: in.session, Agent: in.agent, Subagent: in.agentType}
	switch in.event {
	case "SessionStart":
		q.Kind = guard.Hello
	case "PreToolUse":
		q.Kind, q.Tool, q.Call, q.Directory = guard.Judge, in.tool, in.call, in.directory
		q.Input = json.RawMessage(in.toolInput)
	case "UserPromptSubmit", "PostToolUse", "PostToolUseFailure":
		q.Kind, q.State = guard.State, "working"
	case "Stop", "StopFailure", "Notification", "PermissionRequest", "SessionEnd":
		q.Kind, q.State = guard.State, "waiting"
	case "SubagentStart":
		q.Kind = guard.Started
	case "SubagentStop":
		q.Kind = guard.Ended
	default:
		return q, false
	}
	return q, true
}

// answer puts the guard's answer into the program's dialect.
func (d dialect) answer(kind guard.Kind, a guard.Answer, err error) result {
	switch {
	case err != nil:
		return result{err: err, code: blocked}
	case kind != guard.Judge:
		if a.Action != "allow" {
			return result{err: denial(reason(a)), code: blocked}
		}
		return result{}
	case a.Action == "allow" && !d.allows:
		return result{}
	case a.Action == "allow" || a.Action == "ask" && d.asks:
		return result{stdout: decision(string(a.Action), a.Reason)}
	case a.Action == "ask":
		a.Reason = "this program cannot ask: " + reason(a)
	}
	// The reason is in both places, because some programs read only one of them.
	return result{stdout: decision("deny", reason(a)), err: denial(reason(a)), code: blocked}
}

func decision(action, why string) []byte {
	type specific struct {
		Event    string `json:"hookEventName"`
		Decision string `json:"permissionDecision"`
		Reason   string `json:"permissionDecisionReason,omitempty"`
	}
	text, err := json.Marshal(struct {
		Specific specific `json:"hookSpecificOutput"`
	}{specific{"PreToolUse", action, why}})
	if err != nil {
		panic(errors.New("cannot write an answer"))
	}
	return append(text, '\n')
}
