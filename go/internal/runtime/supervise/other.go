//go:build !unix

package supervise

import (
	"context"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func notHere() error {
	return diag.Errorf(diag.ExitMissing, "no-supervisor", "Pods do not run on this operating system").
		Hintf("run insomnia on Linux")
}

// Supervisor is a process that waits to be told which Pod it is the supervisor of.
type Supervisor struct{}

// Ahead starts none.
func Ahead(string) *Supervisor { return &Supervisor{} }

// Announce does nothing.
func (*Supervisor) Announce([]byte) {}

// Raise does nothing.
func (*Supervisor) Raise(Start, Terminal) {}

// Close does nothing.
func (*Supervisor) Close() {}

// Run starts a Pod.
func (*Supervisor) Run(context.Context, Start, Terminal, func() error) (Result, error) {
	return Result{}, notHere()
}

// Run starts a Pod and is its client until it ends or the user detaches.
func Run(context.Context, Start, Terminal) (Result, error) { return Result{}, notHere() }

// Attach is a client of a Pod that runs.
func Attach(context.Context, string, Terminal) (Result, error) { return Result{}, notHere() }

// Stop ends a Pod.
func Stop(context.Context, string) (bool, error) { return false, notHere() }
