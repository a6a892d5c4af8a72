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

// Supervisor is a supervisor process; it does not exist on this platform.
type Supervisor struct{}

// Ahead starts no process.
func Ahead(string) *Supervisor { return &Supervisor{} }

// Announce does nothing.
func (*Supervisor) Announce([]byte) {}

// Raise does nothing.
func (*Supervisor) Raise(Start, Terminal) {}

// Close does nothing.
func (*Supervisor) Close() {}

// Run returns an error.
func (*Supervisor) Run(context.Context, Start, Terminal, func() error) (Result, error) {
	return Result{}, notHere()
}

// Run returns an error.
func Run(context.Context, Start, Terminal) (Result, error) { return Result{}, notHere() }

// Attach returns an error.
func Attach(context.Context, string, Terminal) (Result, error) { return Result{}, notHere() }

// Stop returns an error.
func Stop(context.Context, string) (bool, error) { return false, notHere() }
