// Package pattern keeps regular expressions that few runs need.
package pattern

import (
	"regexp"
	"sync"
)

// Lazy is compiled when it is first used, so that no start waits for it.
type Lazy struct {
	Text     string
	once     sync.Once
	compiled *regexp.Regexp
}

// Get returns the compiled pattern; it panics if Text is invalid.
func (p *Lazy) Get() *regexp.Regexp {
	p.once.Do(func() { p.compiled = regexp.MustCompile(p.Text) })
	return p.compiled
}
