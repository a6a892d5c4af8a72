package app

import (
	"context"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/installed"
)

// FoundRuntime is a runtime and its program on this machine.
type FoundRuntime struct {
	Driver    *runtime.Driver
	Installed installed.Installed
	// Err explains why the program or its version is missing; nil if it was found.
	Err error
}

// Supported reports whether the installed version has been tested.
func (f FoundRuntime) Supported() bool { return f.Err == nil && f.Driver.Supports(f.Installed.Version) }

// FindRuntimes finds the programs of all runtimes concurrently.
func FindRuntimes(ctx context.Context) []FoundRuntime { return findRuntimes(ctx, drivers.All()) }

func findRuntimes(ctx context.Context, all []*runtime.Driver) []FoundRuntime {
	found := make([]FoundRuntime, len(all))
	var asked sync.WaitGroup
	for i, d := range all {
		asked.Go(func() { // a program may take up to a second to print its version
			program, err := installed.Find(ctx, d)
			found[i] = FoundRuntime{d, program, err}
		})
	}
	asked.Wait()
	return found
}
