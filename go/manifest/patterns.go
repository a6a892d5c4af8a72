package manifest

import "strings"

// pattern is decided by tables that go generate makes: compiling regular
// expressions took longer than to read, judge and write a whole manifest.
type pattern struct {
	text    string
	form    string // what such a text is called
	example string
	of      string // the characters it may have, in words

	// The tables, see automaton in schemagen; those matched by hand have none.
	classes string
	width   int
	next    string
	accepts string
}

// match reports whether a text matches the pattern. A pattern with counted segments is
// matched by hand: it has too many states for a table.
func (p *pattern) match(text string) bool {
	if p.byHand() {
		return areSegments(text, maxSecretSegments)
	}
	const zero, first, last = '0', ' ', '~'
	state := byte(1)
	for i := range len(text) {
		if text[i] < first || text[i] > last {
			return false
		}
		class := p.classes[text[i]-first] - zero
		if state = p.next[int(state)*p.width+int(class)] - zero; state == 0 {
			return false
		}
	}
	return strings.IndexByte(p.accepts, zero+state) >= 0
}

// byHand reports whether match can decide the pattern without compiling it.
func (p *pattern) byHand() bool { return p.text == secretPattern }

const maxSegment = 63

// areSegments reports whether a text consists of at most that many segments, separated
// by dots.
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
