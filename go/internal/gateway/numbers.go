package gateway

import "bytes"

// numbers finds the numbers in an answer as it streams. It keeps only a few bytes,
// however long the answer and its lines are, and never waits for more. It parses what the
// APIs send; in other input it finds fewer numbers but never fails.
type numbers struct {
	// found receives each number in an object and its path, such as usage.input_tokens.
	// Elements of a list have no path.
	found func(path []byte, number int64)

	begun, events bool // whether any data has arrived, and whether it is a stream of events
	prefix        int  // bytes of the line that match "data:" so far; -1 for another line
	blank         bool // whether the line is empty so far

	depth          int
	frames         [maxFrames]frame
	state          state
	key            [maxKey]byte
	keyLen         int
	isKey, expects bool // whether the string is a key, and whether the next one is
	number         int64
	digits         int
	path           []byte
}

const (
	maxFrames = 4  // levels of objects that are parsed
	maxKey    = 48 // bytes of a key that can match
)

type frame struct {
	list bool
	key  [maxKey]byte
	len  int
}

type state uint8

const (
	outside state = iota
	inText
	inEscape
	inNumber
	inOther // a number that is negative or not an integer
)

var dataLine = []byte("data:")

// write parses more bytes and returns how many events began in them.
func (n *numbers) write(data []byte) (events int) {
	for len(data) > 0 {
		if !n.begun {
			c := data[0]
			if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
				data = data[1:]
				continue
			}
			n.begun, n.events = true, c != '{'
		}
		if !n.events {
			n.json(data)
			return events
		}
		line, rest, ended := data, []byte(nil), false
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			line, rest, ended = data[:i], data[i+1:], true
		}
		events += n.line(line)
		if ended {
			if n.blank {
				n.reset()
			}
			n.prefix, n.blank = 0, true
		}
		data = rest
	}
	return events
}

// line parses a piece of a line of an event stream.
func (n *numbers) line(piece []byte) (events int) {
	for i, c := range piece {
		if c != '\r' {
			n.blank = false
		}
		switch {
		case n.prefix < 0:
			return events
		case n.prefix == len(dataLine):
			n.json(piece[i:])
			return events
		case c == dataLine[n.prefix]:
			if n.prefix++; n.prefix == len(dataLine) {
				events++
			}
		default:
			n.prefix = -1
		}
	}
	return events
}

// reset returns to the start of a JSON text.
func (n *numbers) reset() {
	n.depth, n.state, n.keyLen, n.isKey, n.expects, n.digits = 0, outside, 0, false, false, 0
}

func (n *numbers) json(data []byte) {
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch n.state {
		case inText:
			if !n.isKey { // most of the data is text
				end := bytes.IndexAny(data[i:], `"\`)
				if end < 0 {
					return
				}
				i += end
				c = data[i]
			}
			switch {
			case c == '"':
				n.state = outside
			case c == '\\':
				n.state, n.keyLen = inEscape, maxKey+1
			case n.isKey && n.keyLen < maxKey:
				n.key[n.keyLen] = c
				n.keyLen++
			case n.isKey:
				n.keyLen = maxKey + 1
			}
			continue
		case inEscape:
			n.state = inText
			continue
		case inNumber, inOther:
			switch {
			case n.state == inNumber && c >= '0' && c <= '9':
				if n.digits++; n.digits <= 18 {
					n.number = n.number*10 + int64(c-'0')
				}
				continue
			case c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-' || c >= '0' && c <= '9':
				n.state = inOther
				continue
			case n.state == inNumber && n.digits <= 18:
				n.tell()
			}
			n.state = outside
		}
		n.outside(c)
	}
}

func (n *numbers) outside(c byte) {
	switch {
	case c == '"':
		n.state, n.isKey = inText, n.expects
		if n.isKey {
			n.keyLen = 0
		}
	case c == ':':
		if n.expects && n.depth > 0 && n.depth <= maxFrames {
			f := &n.frames[n.depth-1]
			f.len = n.keyLen
			copy(f.key[:], n.key[:min(n.keyLen, maxKey)])
		}
		n.expects = false
	case c == ',':
		n.expects = n.depth > 0 && n.depth <= maxFrames && !n.frames[n.depth-1].list
	case c == '{' || c == '[':
		n.depth++
		if n.depth <= maxFrames {
			n.frames[n.depth-1] = frame{list: c == '['}
		}
		n.expects = c == '{' && n.depth <= maxFrames
	case c == '}' || c == ']':
		if n.depth > 0 {
			n.depth--
		}
		n.expects = false
	case c >= '0' && c <= '9':
		n.state, n.number, n.digits = inNumber, int64(c-'0'), 1
	case c == '-':
		n.state = inOther
	}
}

// tell reports the number that has just ended.
func (n *numbers) tell() {
	if n.depth == 0 || n.depth > maxFrames || n.expects {
		return
	}
	n.path = n.path[:0]
	for i := range n.depth {
		f := &n.frames[i]
		if f.list || f.len > maxKey {
			return
		}
		if i > 0 {
			n.path = append(n.path, '.')
		}
		n.path = append(n.path, f.key[:f.len]...)
	}
	n.found(n.path, n.number)
}
