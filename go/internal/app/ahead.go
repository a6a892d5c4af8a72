package app

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
)

// Ahead is the part of a start that does not depend on the profile. It begins while the
// profile is still being resolved.
type Ahead struct {
	supervisor *supervise.Supervisor
	walls      func() sandbox.Mechanism
}

// StartAhead begins the work. Always call Close.
func StartAhead(ctx context.Context) *Ahead {
	a := &Ahead{supervisor: supervise.Ahead("")}
	found := make(chan sandbox.Mechanism, 1)
	go func() {
		program, err := self()
		if err != nil {
			program = "insomnia"
		}
		found <- sandbox.Known(ctx, program)
	}()
	a.walls = sync.OnceValue(func() sandbox.Mechanism { return <-found })
	return a
}

// Announce names the manifest that will probably start.
func (a *Ahead) Announce(manifest []byte) {
	if a != nil {
		a.supervisor.Announce(manifest)
	}
}

// raise lets the supervisor build walls for a start that is complete except for what the
// client still determines. The mechanism that builds them must be known.
func (a *Ahead) raise(r *Ready) {
	if a == nil {
		return
	}
	start, walls := r.start, a.walls()
	start.Walls = &walls
	a.supervisor.Raise(start, r.options.Terminal)
}

// Close ends a supervisor that was not used. There may be none.
func (a *Ahead) Close() {
	if a != nil {
		a.supervisor.Close()
	}
}

// of returns the supervisor for a start; it begins one if there was none.
func (a *Ahead) of(r *Ready) *supervise.Supervisor {
	if a == nil {
		return supervise.Ahead(r.start.Insomnia)
	}
	return a.supervisor
}

// mechanism returns the mechanism that builds walls on this machine.
func (a *Ahead) mechanism(ctx context.Context, insomnia string) sandbox.Mechanism {
	if a == nil {
		return sandbox.Known(ctx, insomnia)
	}
	return a.walls()
}

// self returns the path of this program.
func self() (string, error) {
	program, err := os.Executable()
	if err == nil {
		program, err = filepath.EvalSymlinks(program)
	}
	return program, err
}
