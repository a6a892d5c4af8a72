package diag

import (
	"strings"
	"unicode/utf8"
)

// Source is the text that positions are in. The reader of a file attaches its text to
// the positions in it, so that a diagnostic quotes exactly the text that was read: this
// package opens no file, whatever a position says.
type Source struct {
	read  func() (string, bool)
	text  string
	found bool
}

// NewSource is a text that is at hand.
func NewSource(text string) *Source { return &Source{text: text, found: true} }

// LazySource is a text that is read when a line of it is first quoted, and once.
func LazySource(read func() (text string, ok bool)) *Source { return &Source{read: read} }

// maxSourceSize is the largest text that is quoted from, in bytes.
const maxSourceSize = 1 << 20

// line returns a line, counted from 1.
func (s *Source) line(number int) (string, bool) {
	text, ok := s.whole()
	if !ok || number <= 0 {
		return "", false
	}
	for ; number > 1; number-- {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return "", false
		}
		text = text[i+1:]
	}
	text, _, _ = strings.Cut(text, "\n")
	return strings.TrimRight(text, "\r"), true
}

// whole returns the text; false when there is none, or none that is quoted from.
func (s *Source) whole() (string, bool) {
	if s == nil {
		return "", false
	}
	if s.read != nil {
		s.text, s.found = s.read()
		s.read = nil
	}
	return s.text, s.found && len(s.text) <= maxSourceSize
}

const windowWidth = 100

// window prepares a source line for printing: long ones are cut around the
// column, what may be a secret is masked, and everything is escaped. The column
// (bytes, from 1) becomes the column of the printed text, or 0.
func window(line string, column int) (string, int) {
	if column > len(line)+1 || column < 0 {
		column = 0
	}
	line = veil(line)
	start := 0
	if column > windowWidth*3/4 {
		start = runeStart(line, column-1-windowWidth/2)
	}
	end := len(line)
	if end-start > windowWidth {
		end = runeStart(line, start+windowWidth)
	}
	head, tail := "", ""
	if start > 0 {
		head = "…"
	}
	if end < len(line) {
		tail = "…"
	}
	if column == 0 {
		return head + Escape(line[start:end], false) + tail, 0
	}
	at := runeStart(line, column-1)
	before := head + Escape(line[start:at], false)
	return before + Escape(line[at:end], false) + tail, utf8.RuneCountInString(before) + 1
}

func runeStart(s string, i int) int {
	i = min(max(i, 0), len(s))
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}
