package regex

import (
	"fmt"
	"strconv"
	"strings"
)

// lineStart and never are how `^` is translated at the start and behind it.
// The empty group makes the text of the former unique.
const (
	lineStart = `(?:\A){1}`
	never     = `[^\x00-\x{10FFFF}]`
)

// translate writes an expression in the syntax of Go's regexp, where each byte
// is a rune of its own.
func translate(b *strings.Builder, n *node) {
	switch n.op {
	case opSet:
		n.set.translate(b)
	case opStart:
		b.WriteString(lineStart)
	case opEnd:
		b.WriteString(`(?:\z)`)
	case opGroup:
		b.WriteByte('(')
		translate(b, n.kids[0])
		b.WriteByte(')')
	case opJoin:
		for _, kid := range n.kids {
			translate(b, kid)
		}
	case opEither:
		for i, kid := range n.kids {
			b.WriteString([]string{"(?:", "|"}[min(i, 1)])
			translate(b, kid)
		}
		b.WriteByte(')')
	case opRepeat:
		b.WriteString("(?:")
		translate(b, n.kids[0])
		b.WriteByte(')')
		switch {
		case n.plus:
			b.WriteByte('+')
		case n.min == 0 && n.max < 0:
			b.WriteByte('*')
		case n.max < 0:
			b.WriteString("{" + strconv.Itoa(n.min) + ",}")
		default:
			b.WriteString("{" + strconv.Itoa(n.min) + "," + strconv.Itoa(n.max) + "}")
		}
	}
}

func (s *byteSet) translate(b *strings.Builder) {
	start := b.Len()
	for c := 0; c < 256; c++ {
		if !s[c] {
			continue
		}
		end := c
		for end < 255 && s[end+1] {
			end++
		}
		if b.Len() == start {
			b.WriteByte('[')
		}
		fmt.Fprintf(b, `\x{%02X}-\x{%02X}`, c, end)
		c = end
	}
	if b.Len() == start {
		b.WriteString(never)
		return
	}
	b.WriteByte(']')
}
