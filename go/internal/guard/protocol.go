// Package guard stands before each tool call of a Pod: it answers the hooks of the agent
// program on a unix socket, and knows which sessions it stands before and which calls it
// has decided.
//
// The hook writes an [Ask] as one line of JSON and reads an [Answer] as one line. A
// connection may carry several, one after the other or at a time: answers carry the ID
// of what was asked.
package guard

import (
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Kind is what is asked.
type Kind string

const (
	// Hello says that a session begins and that its tool calls will be asked about. Of a
	// program with a handshake per connection, it holds for as long as the connection.
	Hello Kind = "hello"
	// Judge asks about one tool call.
	Judge Kind = "judge"
	// Session tells the ID of a session that a connection is about; such an Ask needs
	// no answer but gets one.
	Session Kind = "session"
	// State tells what the program is doing: working, waiting.
	State Kind = "state"
	// Token asks for what the gateway is shown; it is answered once, before the first
	// request to the model.
	Token Kind = "token"
	// Started says that a subagent has begun, by Agent and Subagent, and Ended that one has
	// ended: by Agent, or by the Call that began it. Limits on subagents count by them.
	Started Kind = "started"
	Ended   Kind = "ended"
	// Gone is never asked: it is the event that the program's connection was closed.
	Gone Kind = "gone"
)

// Ask is what a hook asks.
type Ask struct {
	ID   string `json:"id,omitempty"`
	Kind Kind   `json:"kind"`
	// Session is the program's ID of the session.
	Session string `json:"session,omitempty"`
	// Call is the program's ID of the tool call; the request to the model that carries the
	// result has the same one.
	Call string `json:"call,omitempty"`
	// Tool and Input are the program's own.
	Tool  string          `json:"tool,omitempty"`
	Input json.RawMessage `json:"input,omitempty"`
	// Directory is where the program works.
	Directory string `json:"directory,omitempty"`
	// Subagent is the name of the subagent that calls, as the program has it; empty for the
	// Pod's own agent.
	Subagent string `json:"subagent,omitempty"`
	// Agent is the program's ID of the subagent that calls.
	Agent string `json:"agent,omitempty"`
	// State is for Kind State: working or waiting.
	State string `json:"state,omitempty"`
}

// Answer is what the guard answers.
type Answer struct {
	ID string `json:"id,omitempty"`
	// Action is allow, ask or deny; of anything but Judge, allow for received.
	Action manifest.Action `json:"action"`
	// Reason is a sentence for the model and the user.
	Reason string `json:"reason,omitempty"`
	// Token is for Kind Token.
	Token string `json:"token,omitempty"`
}
