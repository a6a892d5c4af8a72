package regex

import "io"

// Meter receives the cost of a match while it is searched, and may end it with a panic.
type Meter interface {
	// Steps counts steps of work, each far below a microsecond.
	Steps(n int)
	// Room counts bytes that are about to be allocated and kept until the match is found.
	Room(n int)
}

// unmetered is the meter for texts whose length is bounded.
type unmetered struct{}

func (unmetered) Steps(int) {}
func (unmetered) Room(int)  {}

// Unmetered takes no account.
var Unmetered Meter = unmetered{}

// stepsPerReport is how many steps there are between two reports to a Meter.
const stepsPerReport = 1 << 9

// reader gives Go's regexp a text byte by byte, each a rune of its own, so that
// a search through a long text can be ended.
type reader struct {
	text  string
	pos   int
	meter Meter
	cost  int // steps for a byte
	due   int // the position of the next report
}

func (r *reader) ReadRune() (c rune, size int, err error) {
	if r.pos == len(r.text) {
		return 0, 0, io.EOF
	}
	if r.pos >= r.due {
		r.due = r.pos + 1 + stepsPerReport/r.cost
		r.meter.Steps((r.due - r.pos) * r.cost)
	}
	c = rune(r.text[r.pos])
	r.pos++
	return c, 1, nil
}
