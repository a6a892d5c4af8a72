// Package inner is the first process of a sandbox. It leads the session, starts the agent
// program in the foreground, forwards signals, and carries the program's connections to
// the services of the Pod. When the program ends, no process that it started survives.
//
// It exchanges frames (package wire) with the supervisor on descriptor 3. It first
// receives a Spec and then orders, and it sends reports.
package inner

import (
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// Spec is the first message on its control socket, as JSON.
type Spec struct {
	// Argv is the program with its arguments, and Env its whole environment.
	Argv []string `json:"argv"`
	Env  []string `json:"env"`
	Dir  string   `json:"dir"`
	// Terminal is set if standard input is a terminal.
	Terminal bool `json:"terminal"`
	// Stdin is the input of a headless program.
	Stdin []byte `json:"stdin,omitempty"`
	// Descriptors maps the numbers of pipes that the program inherits to their content.
	Descriptors map[int][]byte `json:"descriptors,omitempty"`
	// Namespaced is set if the processes have their own namespace, which ends with this
	// one.
	Namespaced bool `json:"namespaced,omitempty"`
	// Rules are the limits that the process sets for itself before it starts the program.
	Rules json.RawMessage `json:"rules,omitempty"`
	// Relays carry connections from loopback ports to unix sockets.
	Relays []Relay `json:"relays,omitempty"`
	// Published carry connections from this machine to ports inside.
	Published []Published `json:"published,omitempty"`
}

// Published is a listener from outside, as a descriptor, for a loopback port inside.
type Published struct {
	Descriptor int    `json:"descriptor"`
	Port       uint16 `json:"port"`
}

// Relay listens on a loopback address and connects to a unix socket.
type Relay struct {
	Listen string `json:"listen"` // 127.0.0.1:PORT
	Socket string `json:"socket"`
}

// Orders of the supervisor.
const (
	OrderSpec     wire.Kind = 'p' // a Spec
	OrderSignal   wire.Kind = 's' // an int, for the process group of the program
	OrderContinue wire.Kind = 'c' // the program may continue
	OrderEnd      wire.Kind = 'x' // an Ending
)

// Reports to the supervisor.
const (
	ReportStarted wire.Kind = 'S'
	ReportStopped wire.Kind = 'T' // the program was stopped, as by ctrl-Z
	ReportExited  wire.Kind = 'Z' // an Exit, when no process is left
	ReportFailed  wire.Kind = 'F' // a string: the program could not be started
)

// MostReport limits the frame of a report.
const MostReport = 64 << 10

// Ending describes how to end a program: by a signal, and by force after a grace period.
type Ending struct {
	Signal int `json:"signal"`
	Grace  int `json:"grace"` // milliseconds
}

// Exit describes how the program has ended.
type Exit struct {
	Code   int `json:"code"`             // 128 plus the signal, if there was one
	Signal int `json:"signal,omitempty"` // the signal that killed it
}
