// Package inner is the first process of a sandbox: the leader of the session, which
// starts the agent program in the foreground, passes signals on, and carries its
// connections to the services of the Pod. When the program ends, nothing that it has
// started lives on.
//
// It speaks frames (package wire) with the supervisor on descriptor 3: a Spec comes
// first, then orders; it answers with reports.
package inner

import (
	"encoding/json"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// Spec is what it is told over its control socket, as JSON.
type Spec struct {
	// Argv is the program with its arguments, and Env its whole environment.
	Argv []string `json:"argv"`
	Env  []string `json:"env"`
	Dir  string   `json:"dir"`
	// Terminal says that there is a terminal at standard input.
	Terminal bool `json:"terminal"`
	// Stdin is what a headless program reads.
	Stdin []byte `json:"stdin,omitempty"`
	// Descriptors are pipes that the program finds open, by number, with what they hold.
	Descriptors map[int][]byte `json:"descriptors,omitempty"`
	// Namespaced says that processes are in a namespace of their own, which ends with this
	// one.
	Namespaced bool `json:"namespaced,omitempty"`
	// Rules are what the process confines itself to, before it starts the program.
	Rules json.RawMessage `json:"rules,omitempty"`
	// Relays carry connections from ports of the loopback interface to unix sockets.
	Relays []Relay `json:"relays,omitempty"`
	// Published carry connections from this machine to ports inside.
	Published []Published `json:"published,omitempty"`
}

// Published is a listener of outside, as a descriptor, for a port of the loopback
// interface inside.
type Published struct {
	Descriptor int    `json:"descriptor"`
	Port       uint16 `json:"port"`
}

// Relay listens on an address of the loopback interface and connects to a unix socket.
type Relay struct {
	Listen string `json:"listen"` // 127.0.0.1:PORT
	Socket string `json:"socket"`
}

// Orders of the supervisor.
const (
	OrderSpec     wire.Kind = 'p' // a Spec
	OrderSignal   wire.Kind = 's' // an int: for the group of the program
	OrderContinue wire.Kind = 'c' // the program goes on
	OrderEnd      wire.Kind = 'x' // an Ending
)

// Reports to the supervisor.
const (
	ReportStarted wire.Kind = 'S'
	ReportStopped wire.Kind = 'T' // the program was stopped, as by ctrl-Z
	ReportExited  wire.Kind = 'Z' // an Exit, when no process is left
	ReportFailed  wire.Kind = 'F' // a string: it could not be started
)

// MostReport bounds the frame of a report.
const MostReport = 64 << 10

// Ending is how a program is ended: by a signal, and by force when it has not ended then.
type Ending struct {
	Signal int `json:"signal"`
	Grace  int `json:"grace"` // milliseconds
}

// Exit is how the program has ended.
type Exit struct {
	Code   int `json:"code"`             // 128 and the signal, where it was one
	Signal int `json:"signal,omitempty"` // that has killed it
}
