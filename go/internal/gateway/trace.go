package gateway

import (
	"encoding/json"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// EventsSchema is the schema of a trace: JSON lines, each an [Event].
const EventsSchema = "insomnia.events/v1"

// Event is one line of a trace. Fields that do not apply are absent.
type Event struct {
	// Schema is only in the first line.
	Schema string    `json:"schema,omitempty"`
	Time   time.Time `json:"time"`
	// Event is begin, request, refusal, verdict, or full for the last line of a trace that
	// is out of space.
	Event    string `json:"event"`
	Pod      string `json:"pod,omitempty"`
	Session  string `json:"session,omitempty"`
	Subagent string `json:"subagent,omitempty"`
	// Side is the purpose of a request outside the conversation.
	Side  string   `json:"side,omitempty"`
	Model string   `json:"model,omitempty"`
	Tools []string `json:"tools,omitempty"`
	// Status is that of the answer; absent if the program disconnected first.
	Status       int     `json:"status,omitempty"`
	Milliseconds int64   `json:"milliseconds,omitempty"`
	Tokens       *Tokens `json:"tokens,omitempty"`
	// Estimated is set if the answer did not report its tokens.
	Estimated bool `json:"estimated,omitempty"`
	// Code and Message are those of a refusal.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	// Call, Tool, Action and Reason are those of a verdict.
	Call   string          `json:"call,omitempty"`
	Tool   string          `json:"tool,omitempty"`
	Action manifest.Action `json:"action,omitempty"`
	Reason string          `json:"reason,omitempty"`
}

// Trace writes the events of a session. Its methods may be called from several
// goroutines. A nil Trace records nothing.
type Trace struct {
	mu     sync.Mutex
	to     io.Writer
	room   int64
	hidden []string
	closed bool
}

// maxLine is the longest line of a trace.
const maxLine = 64 << 10

// NewTrace begins a trace. to receives whole lines, at most size bytes in total. The
// hidden values and anything that looks like a key are never written.
func NewTrace(to io.Writer, size int64, pod string, now time.Time, hidden ...string) *Trace {
	t := &Trace{to: to, room: size}
	for _, value := range hidden {
		t.hide(value)
	}
	t.write(Event{Schema: EventsSchema, Time: now, Event: "begin", Pod: pod})
	return t
}

// hide adds a value that must not be written.
func (t *Trace) hide(value string) {
	if t == nil || len(value) < shortest {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, known := range t.hidden {
		if known == value {
			return
		}
	}
	t.hidden = append(t.hidden, value)
}

// Verdict records the guard's decision on a tool call. session, subagent and call are the
// program's IDs, and tool is its name in a manifest.
func (t *Trace) Verdict(now time.Time, session, subagent, call, tool string, action manifest.Action, reason string) {
	t.write(Event{Time: now, Event: "verdict", Session: session, Subagent: subagent, Call: call, Tool: tool, Action: action, Reason: reason})
}

func (t *Trace) request(now time.Time, p *passage, tokens *Tokens, estimated bool) {
	t.write(Event{Time: p.begun, Event: "request", Session: p.from.Session, Subagent: p.from.Subagent, Side: p.from.Side,
		Model: p.model, Tools: p.tools, Status: p.status, Milliseconds: now.Sub(p.begun).Milliseconds(), Tokens: tokens, Estimated: estimated})
}

func (t *Trace) refusal(now time.Time, p *passage, r *Refusal) {
	t.write(Event{Time: now, Event: "refusal", Session: p.from.Session, Subagent: p.from.Subagent, Side: p.from.Side,
		Model: p.model, Code: r.Code, Message: r.Message})
}

func (t *Trace) write(e Event) {
	if t == nil {
		return
	}
	e.Time = e.Time.UTC()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	for _, text := range []*string{&e.Pod, &e.Session, &e.Subagent, &e.Side, &e.Model, &e.Code, &e.Message, &e.Call, &e.Tool, &e.Reason} {
		*text = t.clean(*text)
	}
	tools := make([]string, 0, min(len(e.Tools), 256))
	for _, tool := range e.Tools[:min(len(e.Tools), 256)] {
		tools = append(tools, t.clean(tool))
	}
	e.Tools = tools
	line, err := json.Marshal(e)
	if err != nil || len(line) >= maxLine {
		e.Tools, e.Reason, e.Message = nil, "", ""
		if line, err = json.Marshal(e); err != nil {
			return
		}
	}
	line = append(line, '\n')
	full, _ := json.Marshal(Event{Time: e.Time, Event: "full"})
	if int64(len(line)+len(full)+1) > t.room {
		t.closed = true
		line = append(full, '\n')
		if int64(len(line)) > t.room {
			return
		}
	}
	t.room -= int64(len(line))
	if _, err := t.to.Write(line); err != nil {
		t.closed = true
	}
}

// clean shortens a text and removes secrets from it.
func (t *Trace) clean(text string) string {
	for _, value := range t.hidden {
		text = strings.ReplaceAll(text, value, "[secret]")
	}
	if len(text) > 4096 {
		text = strings.ToValidUTF8(text[:4096], "") + "…"
	}
	return keyform.Mask(text)
}
