package cli

import (
	"fmt"
	"strings"
	"sync"
)

// Limits on all messages of evaluations on standard error: a profile can trace in a loop.
const (
	mostWarningLines = 1000
	mostWarningBytes = 1 << 20
)

// fewWarnings passes messages on, from any goroutine, until they are too many, and then
// reports that once.
func fewWarnings(say func(string)) func(string) {
	var mu sync.Mutex
	lines, size, full := 0, 0, false
	return func(message string) {
		mu.Lock()
		defer mu.Unlock()
		if full {
			return
		}
		n := strings.Count(message, "\n") + 1
		if lines+n <= mostWarningLines && size+len(message) <= mostWarningBytes {
			lines, size = lines+n, size+len(message)
			say(message)
			return
		}
		full = true
		kept := message[:min(len(message), mostWarningBytes-size)]
		if parts := strings.SplitAfterN(kept, "\n", mostWarningLines-lines+1); len(parts) > mostWarningLines-lines {
			kept = strings.Join(parts[:mostWarningLines-lines], "")
		}
		if left := len(message) - len(kept); kept != "" {
			say(fmt.Sprintf("%s… (%d bytes more)", strings.ToValidUTF8(strings.TrimSuffix(kept, "\n"), ""), left))
		}
		say("further messages of evaluations are not shown")
	}
}
