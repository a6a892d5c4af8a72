// Package supervise starts Pods and attaches to running ones.
//
// Each running Pod has a supervisor, a separate process (package server). It owns the
// program's terminal, the services of the Pod, its clock and its state. The process that
// the user sees is a client of the supervisor. It owns the user's terminal, and may
// detach and attach again.
//
//	s := supervise.Ahead("")                              // in parallel to resolving the profile
//	defer s.Close()
//	s.Announce(manifest)                                  // the probable manifest
//	s.Raise(start, terminal)                              // walls, if there is consent
//	result, err := s.Run(ctx, start, terminal, saved)     // until the end, or a detach
//	result, err := supervise.Attach(ctx, dir, terminal)
//	stopped, err := supervise.Stop(ctx, dir)
package supervise

import (
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// Start contains the parameters of a start.
type Start = wire.Start

// Terminal is the user's terminal.
type Terminal struct {
	In, Out, Err *os.File
	// Signals is called when the session takes over the signals of this process: ctrl-C,
	// SIGTERM, SIGHUP. Nil if nothing else listens for them.
	Signals func()
}

// Result is the outcome of a session for this client.
type Result struct {
	// Exit is the exit code of the command.
	Exit int
	// State is the state of the Pod.
	State live.State
	// Sentence is a message for the user; it may be empty.
	Sentence string
	// Detached is set if the Pod is still running.
	Detached bool
}
