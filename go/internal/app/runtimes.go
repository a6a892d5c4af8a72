package app

import (
	"context"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/installed"
)

// FoundRuntime is a runtime with what this machine has of it.
type FoundRuntime struct {
	Driver    *runtime.Driver
	Installed installed.Installed
	// Err says why there is no program, or none with a version; nil where there is.
	Err error
}

// Supported reports whether the installed version has been tried.
func (f FoundRuntime) Supported() bool { return f.Err == nil && f.Driver.Supports(f.Installed.Version) }

// FindRuntimes looks for the program of each runtime, all at a time.
func FindRuntimes(ctx context.Context) []FoundRuntime { return findRuntimes(ctx, drivers.All()) }

func findRuntimes(ctx context.Context, all []*runtime.Driver) []FoundRuntime {
	found := make([]FoundRuntime, len(all))
	var asked sync.WaitGroup
	for i, d := range all {
		asked.Go(func() { // a program takes up to a second to tell its version
			program, err := installed.Find(ctx, d)
			found[i] = FoundRuntime{d, program, err}
		})
	}
	asked.Wait()
	return found
}
