package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/insomnia-pods/insomnia/go/internal/memory"
)

// collectLate has the first garbage collection wait for 64 MiB, which few runs
// reach; after it collections are as frequent as for most programs, and more
// so when there is nearly as much to keep as this machine has.
func collectLate() {
	debug.SetMemoryLimit(1 << 30)
	debug.SetGCPercent(1600)
	runtime.AddCleanup(new([64]byte), func(percent int) {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(memory.Most())
	}, 200)
}
