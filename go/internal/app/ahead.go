package app

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
)

// Ahead is what a start needs of this machine whatever starts: it is begun when that is
// still to be found out.
type Ahead struct {
	supervisor *supervise.Supervisor
	walls      func() sandbox.Mechanism
}

// StartAhead begins it. Close is to be called in any case.
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

// Announce says what will probably start.
func (a *Ahead) Announce(manifest []byte) {
	if a != nil {
		a.supervisor.Announce(manifest)
	}
}

// raise lets walls be built for a start that is ready but for what the client still finds
// out, where it is known what builds them.
func (a *Ahead) raise(r *Ready) {
	if a == nil {
		return
	}
	start, walls := r.start, a.walls()
	start.Walls = &walls
	a.supervisor.Raise(start, r.options.Terminal)
}

// Close ends a supervisor that was told nothing. There may be none.
func (a *Ahead) Close() {
	if a != nil {
		a.supervisor.Close()
	}
}

// of is the supervisor of a start, from now on if there was none.
func (a *Ahead) of(r *Ready) *supervise.Supervisor {
	if a == nil {
		return supervise.Ahead(r.start.Insomnia)
	}
	return a.supervisor
}

// mechanism is what builds walls here.
func (a *Ahead) mechanism(ctx context.Context, insomnia string) sandbox.Mechanism {
	if a == nil {
		return sandbox.Known(ctx, insomnia)
	}
	return a.walls()
}

// self is the path of this program.
func self() (string, error) {
	program, err := os.Executable()
	if err == nil {
		program, err = filepath.EvalSymlinks(program)
	}
	return program, err
}
