// Package fuzzcost holds fuzz targets to a bound of processor time, so that a
// reader whose time grows faster than its input is found as a failure.
package fuzzcost

import (
	"runtime"
	"testing"
	"time"
)

const (
	// Size is how long inputs are at most; longer ones are left out.
	Size = 64 << 10
	// Most is how much processor time one input may take. The race detector makes
	// code up to 20 times as slow.
	Most = 200 * time.Millisecond * slowdown
)

// Bound runs f with data, and fails when that takes more than Most of the
// processor, twice: the first time something else may have come in between.
func Bound(t *testing.T, data []byte, f func(data []byte)) {
	t.Helper()
	if len(data) > Size {
		t.Skip("too long")
	}
	once := func() time.Duration { return Of(func() { f(data) }) }
	if first := once(); first > Most {
		if second := once(); second > Most {
			t.Errorf("%d bytes took %s and %s of the processor, more than %s", len(data), first, second, Most)
		}
	}
}

// Of is the processor time that f takes in its own goroutine, however busy the
// machine is.
func Of(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := used()
	f()
	return used() - before
}
