package embedded

import (
	"context"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/crash"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// facts are the parts of provenance that the evaluation of a source does not need: its
// hash, and its state in git. They are collected during the evaluation.
type facts struct {
	cancel   context.CancelFunc
	wait     sync.WaitGroup
	hash     string
	hashErr  error
	state    flake.GitState
	stateErr error
	// submodules: those of the work tree are part of the source.
	submodules bool
}

// findFacts opens the source a second time, since an evaluation has its own to itself.
func findFacts(ctx context.Context, where flake.Ref, options flake.Options) *facts {
	ctx, cancel := context.WithCancel(ctx)
	f := &facts{cancel: cancel}
	f.wait.Go(func() {
		defer caught(&f.hashErr)
		source, err := flake.Open(ctx, where, options)
		if err != nil {
			f.hashErr = err
			return
		}
		defer source.Close()
		f.submodules = source.Ref.Submodules
		var git sync.WaitGroup
		git.Go(func() {
			defer caught(&f.stateErr)
			f.state, f.stateErr = source.Commit()
		})
		f.hash, f.hashErr = source.NARHash()
		git.Wait()
	})
	return f
}

// forget stops what is still under way; nothing of it is left behind.
func (f *facts) forget() {
	f.cancel()
	f.wait.Wait()
}

// caught makes an error of a panic: it would end the process from this goroutine.
func caught(err *error) {
	if v := recover(); v != nil {
		*err = crash.Recovered(v)
	}
}
