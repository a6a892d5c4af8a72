// Package server is the supervisor: the process that owns a running Pod. It has the
// terminal of the program, the services of the Pod, its clock and its state.
//
// Package supervise starts it, with a connection at descriptor 3 over which it receives
// everything. It listens on a socket for further clients. When it ends for any reason,
// nothing of the Pod survives.
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

// Program holds the parts of the supervisor outside this package.
type Program struct {
	// Drivers returns the runtime with a name; nil for none.
	Drivers func(name string) *runtime.Driver
	// Walls puts a command into a sandbox; nil for none.
	Walls func(ctx context.Context, s *Setting, argv []string) (*Walled, error)
	// Services starts the services between the program and the outside, and returns when
	// they answer; nil for none.
	Services func(ctx context.Context, s *Setting) (Services, error)
	// History records sessions in the history of the Pod; nil for none.
	History History
}

// History receives the events of sessions. The supervisor holds the Pod meanwhile, so
// there is only one call at a time.
type History interface {
	// Began records the beginning of a session before any of it is started; an error
	// prevents the start. before is the end of the previous session.
	Began(ctx context.Context, s *wire.Start, before time.Time) error
	// Ended records the end of the session.
	Ended(ctx context.Context, s *wire.Start, at time.Time) error
	// Forgot records that the transcript was removed.
	Forgot(ctx context.Context, s *wire.Start) error
}

// Setting is the information that the parts have about a running Pod.
type Setting struct {
	*wire.Start
	Driver   *runtime.Driver
	Manifest *manifest.Manifest
	// Launch is complete when the services start.
	Launch runtime.Launch
	// Sockets is the directory for the sockets of the services.
	Sockets string
	// Plan is set when the services start.
	Plan *runtime.Plan
	// Reached are the addresses inside of the manifest's services, sorted by service name:
	// 127.0.0.1:PORT.
	Reached []string

	notice func(func(*pod))
	// noticed is notice, but waits until the notice was handled.
	noticed func(func(*pod))
}

// Walled is a command behind walls.
type Walled struct {
	// Argv begins with an absolute path.
	Argv []string
	// Env is the environment of the command itself.
	Env []string
	// Environment returns the environment of the program, including that of its plan. proxy
	// is the address of the proxy; empty for none.
	Environment func(own []string, proxy string) []string
	// Rules are the restrictions that the first process inside applies to itself; nil for
	// none.
	Rules json.RawMessage
	// Relays lead to services other than the gateway and the proxy.
	Relays []inner.Relay
	// Published are loopback ports of this machine that lead to the same ports inside.
	Published []uint16
	// Namespaced is set if all remaining processes end with the command.
	Namespaced bool
	// PrivateNetwork is set if the loopback interface inside is separate.
	PrivateNetwork bool
}

// Services are the services of a running Pod.
type Services interface {
	// GatewaySocket and EgressSocket are the paths of their sockets; empty if they do not
	// exist.
	GatewaySocket() string
	EgressSocket() string
	// More are the sockets for Setting.Reached, and Environment are additional variables of
	// the program because of them, as NAME=VALUE.
	More() []string
	Environment() []string
	// Close ends them all.
	Close() error
}

// Ports of the services inside, if the loopback interface is the Pod's own.
const (
	gatewayPort = 4100
	egressPort  = 4101
	morePort    = 4110 // and the following ports
)
