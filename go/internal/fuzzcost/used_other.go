//go:build !linux

package fuzzcost

import "time"

var begun = time.Now()

// used is the time that passes, where that of a thread is not known.
func used() time.Duration { return time.Since(begun) }
