package resolve

import (
	"regexp"
	"sync"
)

// lazyPattern is compiled when it is first used: the patterns are for errors, and
// no start waits for them.
type lazyPattern struct {
	text     string
	once     sync.Once
	compiled *regexp.Regexp
}

func (p *lazyPattern) get() *regexp.Regexp {
	p.once.Do(func() { p.compiled = regexp.MustCompile(p.text) })
	return p.compiled
}
