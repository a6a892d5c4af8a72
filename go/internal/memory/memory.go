// Package memory reports how much memory this process uses, and how much the machine
// provides.
package memory

import (
	"runtime/metrics"
	"sync"
)

// Used is how many bytes are in objects on the heap, dead ones until they are
// collected included, and in stacks; live is how many were live in objects when
// they were last collected.
func Used() (used, live int64) {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	var n [3]int64
	for i, s := range samples {
		if s.Value.Kind() == metrics.KindUint64 {
			n[i] = int64(s.Value.Uint64())
		}
	}
	return n[0] + n[1], n[2]
}

// usual is enough memory for one evaluation on any machine.
const usual = 4 << 30

// Default is how much one evaluation may use unless the user sets a limit: 4 GiB, or
// Most if that is less.
func Default() int64 { return min(usual, Most()) }

// Most is how much all evaluations together may use: three quarters of what the
// machine gives this process, by its own size or the limit of a control group.
// 4 GiB where that is not known.
var Most = sync.OnceValue(func() int64 {
	if n := given(); n > 0 {
		return n / 4 * 3
	}
	return usual
})
