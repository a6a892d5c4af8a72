// Package supervise starts Pods and attaches to those that run.
//
// A Pod that runs is held by a process of its own, the supervisor (package server): it
// has the program's terminal, the services of the Pod, its clock and its state. The
// process that the user sees is a client of it: it has the user's terminal, and may go
// and come back.
//
//	s := supervise.Ahead("")                              // meanwhile it is found out what starts
//	defer s.Close()
//	s.Announce(manifest)                                  // what it will probably be
//	s.Raise(start, terminal)                              // walls, where there is consent
//	result, err := s.Run(ctx, start, terminal, saved)     // until the end, or a detach
//	result, err := supervise.Attach(ctx, dir, terminal)
//	stopped, err := supervise.Stop(ctx, dir)
package supervise

import (
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// Start is what a Pod is started with.
type Start = wire.Start

// Terminal is what the user sees and types at.
type Terminal struct {
	In, Out, Err *os.File
	// Signals is called when the signals of this process are the session's from now on:
	// ctrl-C, SIGTERM, SIGHUP. Nil where nothing else listens for them.
	Signals func()
}

// Result is how a session has ended, for this client.
type Result struct {
	// Exit is the code that the command ends with.
	Exit int
	// State is that of the Pod.
	State live.State
	// Sentence is what the user should know, if anything.
	Sentence string
	// Detached says that the Pod goes on.
	Detached bool
}
