package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/insomnia-pods/insomnia/go/internal/memory"
)

// collectLate delays the first garbage collection until the heap reaches 64 MiB, which
// few runs do. After that, collections are as frequent as in most programs, and more
// frequent if the live data nearly fills this machine's memory.
func collectLate() {
	debug.SetMemoryLimit(1 << 30)
	debug.SetGCPercent(1600)
	runtime.AddCleanup(new([64]byte), func(percent int) {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(memory.Most())
	}, 200)
}
