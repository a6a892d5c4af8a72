// Package halt ends the process from any goroutine, whatever the others do.
//
// It is the last resort, for work that does not end when its context does. What
// must not stay behind, such as the mode of a terminal or a temporary directory,
// is named with Before. Durable files need nothing: they survive `kill -9`.
package halt

import (
	"os"
	"slices"
	"sync"
	"time"
)

var (
	mu      sync.Mutex
	undoing []*func()
)

// patience is how long all that must be put back may take together.
const patience = 100 * time.Millisecond

// Before registers a function that runs before the process halts, the last one first.
// It may run concurrently with the work that it cleans up after. The caller calls
// forget, any number of times, when nothing is left to restore.
func Before(put func()) (forget func()) {
	mu.Lock()
	defer mu.Unlock()
	entry := &put
	undoing = append(undoing, entry)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		if i := slices.Index(undoing, entry); i >= 0 {
			undoing = slices.Delete(undoing, i, i+1)
		}
	}
}

var once sync.Once

// Now puts back what was registered, calls say, and ends the process with the
// code that it returns. The first call decides; the others wait for the end.
func Now(say func() int) {
	once.Do(func() {
		mu.Lock()
		todo := slices.Clone(undoing)
		mu.Unlock()
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, put := range slices.Backward(todo) {
				(*put)()
			}
		}()
		select {
		case <-done:
		case <-time.After(patience):
		}
		os.Exit(say())
	})
	select {}
}
