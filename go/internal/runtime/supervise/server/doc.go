// Package server is the supervisor: the process that holds a Pod while it runs. It owns
// the terminal of the program, the services of the Pod, its clock and its state.
//
// It is started by package supervise, with one connection at descriptor 3, over which it
// is told everything; it listens on a socket for further clients. When it ends, however
// it does, nothing of the Pod lives on.
package server

import (
	"context"
	"encoding/json"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/inner"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Program is what the supervisor is made of, beyond itself.
type Program struct {
	// Drivers finds a runtime by its name; nil where there is none.
	Drivers func(name string) *runtime.Driver
	// Walls puts a command into a sandbox; nil for none.
	Walls func(ctx context.Context, s *Setting, argv []string) (*Walled, error)
	// Services begins what stands between the program and the world, and returns when it
	// answers; nil for nothing.
	Services func(ctx context.Context, s *Setting) (Services, error)
	// History records sessions in the history of the Pod; nil for nothing.
	History History
}

// History is told of sessions while the supervisor has the Pod, so that no two of them
// are told of at a time.
type History interface {
	// Began records the beginning of a session before anything of it is started; its error
	// is why it is not. before is when the session before has ended.
	Began(ctx context.Context, s *wire.Start, before time.Time) error
	// Ended records the end of the session.
	Ended(ctx context.Context, s *wire.Start, at time.Time) error
	// Forgot records that the transcript was removed.
	Forgot(ctx context.Context, s *wire.Start) error
}

// Setting is what the parts of a Pod that runs know of it.
type Setting struct {
	*wire.Start
	Driver   *runtime.Driver
	Manifest *manifest.Manifest
	// Launch is complete when the services begin.
	Launch runtime.Launch
	// Sockets is the directory of the sockets of the services.
	Sockets string
	// Plan is that of this start when the services begin.
	Plan *runtime.Plan
	// Reached are the addresses inside that lead to the services of the manifest, in the
	// order of their names: 127.0.0.1:PORT.
	Reached []string

	notice func(func(*pod))
	// noticed is notice that waits until it was dealt with.
	noticed func(func(*pod))
}

// Walled is a command behind walls.
type Walled struct {
	// Argv begins with an absolute path.
	Argv []string
	// Env is the environment of the command itself.
	Env []string
	// Environment is that of the program, with what its plan adds and the address of the
	// proxy, which is empty where there is none.
	Environment func(own []string, proxy string) []string
	// Rules are what the first process inside confines itself to; nil for nothing.
	Rules json.RawMessage
	// Relays are those to other services than gateway and proxy.
	Relays []inner.Relay
	// Published are ports of this machine's loopback interface that lead to the same ones
	// inside.
	Published []uint16
	// Namespaced says that what is left of processes ends with the command.
	Namespaced bool
	// PrivateNetwork says that the loopback interface inside is its own.
	PrivateNetwork bool
}

// Services are those of a Pod that runs.
type Services interface {
	// Sockets are where they answer, as paths; empty for those that are not there.
	GatewaySocket() string
	EgressSocket() string
	// More are the sockets that Setting.Reached leads to, and Environment are variables that
	// the program has because of them, as NAME=VALUE.
	More() []string
	Environment() []string
	// Close ends them all.
	Close() error
}

// Ports of the services inside, where the loopback interface is the Pod's own.
const (
	gatewayPort = 4100
	egressPort  = 4101
	morePort    = 4110 // and those that follow
)
