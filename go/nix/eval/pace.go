package eval

import (
	"runtime"
	"runtime/debug"

	"github.com/insomnia-pods/insomnia/go/internal/memory"
)

// leastHeap is the heap at which Go collects with SetGCPercent(100), however little is live.
const leastHeap = 4 << 20

// Pace has garbage collected only once the heap has floor bytes, and has grown by
// percent since the last time. A short run ends before that; one with little that
// is live collects seldom, and one with much about as often as most programs.
func Pace(floor int64, percent int) {
	debug.SetMemoryLimit(memory.Most())
	pace(pacing{floor, percent})
}

type pacing struct {
	floor   int64
	percent int
}

// pace sets how long the next collection waits, and comes back after it.
func pace(p pacing) {
	_, live := memory.Used()
	wait := (p.floor - live) * 100 / max(live, 1)
	debug.SetGCPercent(max(p.percent, int(min(wait, p.floor*100/leastHeap))))
	runtime.AddCleanup(new([64]byte), pace, p)
}
