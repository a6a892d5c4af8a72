package resolve

import (
	"regexp"
	"sync"
)

// lazily compiles a pattern when it is first used: they are for errors, and
// compiling all of them at every start was a third of the time it took.
func lazily(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
