package manifest

import (
	"regexp"
	"strings"
	"sync"
)

// pattern is compiled when it is first needed: most runs need few of them.
type pattern struct {
	text     string
	form     string // what such a text is called
	example  string
	once     sync.Once
	compiled *regexp.Regexp
}

// match tells whether a text has the form of the pattern. The two patterns with
// counted segments are matched by hand: to compile them took longer than to
// read, judge and write a whole manifest.
func (p *pattern) match(text string) bool {
	switch p.text {
	case domainPattern:
		text = strings.TrimPrefix(text, "*.")
		return areSegments(text, len(text))
	case secretPattern:
		return areSegments(text, maxSecretSegments)
	}
	p.once.Do(func() { p.compiled = regexp.MustCompile(p.text) })
	return p.compiled.MatchString(text)
}

// byHand tells whether match knows the pattern without compiling it.
func (p *pattern) byHand() bool { return p.text == domainPattern || p.text == secretPattern }

const maxSegment = 63

// areSegments tells whether a text is made of at most that many segments, with
// dots between them.
func areSegments(text string, most int) bool {
	for more := true; more; most-- {
		var s string
		s, text, more = strings.Cut(text, ".")
		if most <= 0 || !isSegment(s) {
			return false
		}
	}
	return true
}

func isSegment(text string) bool {
	if text == "" || len(text) > maxSegment || text[0] == '-' || text[len(text)-1] == '-' {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
