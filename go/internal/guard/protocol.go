// Package guard checks every tool call of a Pod. It answers the hooks of the agent
// program on a unix socket, and records which sessions it covers and which calls it has
// decided.
//
// The hook writes an [Ask] as one line of JSON and reads an [Answer] as one line. A
// connection may carry several, in turn or concurrently: each answer carries the ID of
// its Ask.
package guard

import (
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Kind is the kind of an Ask.
type Kind string

const (
	// Hello announces a session whose tool calls will be sent to the guard. If the program
	// has a handshake per connection, it is valid while that connection lasts.
	Hello Kind = "hello"
	// Judge asks about one tool call.
	Judge Kind = "judge"
	// Session names the session that a connection is about. Such an Ask needs no answer but
	// gets one.
	Session Kind = "session"
	// State reports that the program is working or waiting.
	State Kind = "state"
	// Token asks for the token that authenticates the program to the gateway. It is
	// answered once, before the first request to the model.
	Token Kind = "token"
	// Started reports that a subagent has begun, by Agent and Subagent. Ended reports that
	// one has ended, by Agent or by the Call that began it. The limits on subagents count
	// these.
	Started Kind = "started"
	Ended   Kind = "ended"
	// Gone is never sent: it is the event that the program's connection was closed.
	Gone Kind = "gone"
)

// Ask is a question of a hook.
type Ask struct {
	ID   string `json:"id,omitempty"`
	Kind Kind   `json:"kind"`
	// Session is the program's ID for the session.
	Session string `json:"session,omitempty"`
	// Call is the program's ID for the tool call; the request to the model that carries the
	// result has the same ID.
	Call string `json:"call,omitempty"`
	// Tool and Input are as the program sent them.
	Tool  string          `json:"tool,omitempty"`
	Input json.RawMessage `json:"input,omitempty"`
	// Directory is the program's working directory.
	Directory string `json:"directory,omitempty"`
	// Subagent is the program's name for the subagent that calls; empty for the Pod's own
	// agent.
	Subagent string `json:"subagent,omitempty"`
	// Agent is the program's ID for the subagent that calls.
	Agent string `json:"agent,omitempty"`
	// State is working or waiting, in an Ask of Kind State.
	State string `json:"state,omitempty"`
}

// Answer is the guard's reply to an Ask.
type Answer struct {
	ID string `json:"id,omitempty"`
	// Action is allow, ask or deny. Kinds other than Judge get allow as an acknowledgment.
	Action manifest.Action `json:"action"`
	// Reason is a sentence for the model and the user.
	Reason string `json:"reason,omitempty"`
	// Token is set in the answer to Kind Token.
	Token string `json:"token,omitempty"`
}
