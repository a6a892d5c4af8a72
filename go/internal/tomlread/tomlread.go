// Package tomlread bounds what the TOML library is given.
//
// The library looks for each key among all that came before, and keys may nest
// as deep as a line is long: a file of some hundred kilobytes takes minutes. What
// passes Check decodes in time that is about linear in the length.
package tomlread

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

const (
	// MaxKeys is how many parts all keys of a file may have together.
	MaxKeys = 10000
	// MaxValues is how many elements all lists of a file may have together.
	MaxValues = 100000
	// MaxPath bounds the total bytes of the keys on the path to a value.
	MaxPath = 4096
	// MaxDepth is how deep tables and lists may nest.
	MaxDepth = 64
)

// Error is a file beyond a limit.
type Error struct {
	Line, Column int // 1-based, the column in bytes
	Message      string
}

func (e *Error) Error() string { return e.Message }

// Check finds files beyond the limits; the error is an *Error. Of a file that is
// no TOML it looks at what comes before the mistake, and returns nil.
func Check(data []byte) error {
	c := checker{data: data}
	c.parser.Reset(data)
	var table place
	for c.failed == nil && c.parser.NextExpression() {
		switch e := c.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = c.key(e, place{})
		case unstable.KeyValue:
			c.keyValue(e, table)
		}
	}
	if c.failed != nil {
		return c.failed
	}
	return nil
}

// place is how deep something is, and how many bytes the keys to it have.
type place struct{ depth, path int }

type checker struct {
	data   []byte
	parser unstable.Parser
	keys   int
	values int
	at     int // of the key that was looked at last, in bytes
	failed *Error
}

// key counts the parts of a key below a place, and returns the place of the key.
func (c *checker) key(n *unstable.Node, to place) place {
	for parts := n.Key(); parts.Next(); to.depth++ {
		part := parts.Node()
		if part.Raw.Length > 0 {
			c.at = int(part.Raw.Offset)
		}
		to.path += len(part.Data)
		c.keys++
	}
	switch {
	case c.keys > MaxKeys:
		c.fail(fmt.Sprintf("the file has more than %d keys", MaxKeys))
	case to.path > MaxPath:
		c.fail(fmt.Sprintf("a key has more than %d bytes with those before it", MaxPath))
	case to.depth > MaxDepth:
		c.deep()
	}
	return to
}

func (c *checker) keyValue(n *unstable.Node, in place) {
	c.value(n.Value(), c.key(n, in))
}

func (c *checker) value(n *unstable.Node, at place) {
	if c.values++; c.values > MaxKeys+MaxValues {
		c.fail(fmt.Sprintf("the lists of the file have more than %d elements", MaxValues))
	}
	if n.Kind != unstable.Array && n.Kind != unstable.InlineTable || c.failed != nil {
		return
	}
	if at.depth > MaxDepth {
		c.deep()
		return
	}
	for children := n.Children(); c.failed == nil && children.Next(); {
		if child := children.Node(); child.Kind == unstable.KeyValue {
			c.keyValue(child, at)
		} else {
			c.value(child, place{at.depth + 1, at.path})
		}
	}
}

func (c *checker) deep() {
	c.fail(fmt.Sprintf("tables and lists are nested more than %d deep", MaxDepth))
}

func (c *checker) fail(message string) {
	if c.failed == nil {
		before := c.data[:min(c.at, len(c.data))]
		c.failed = &Error{Line: bytes.Count(before, []byte("\n")) + 1, Column: len(before) - bytes.LastIndexByte(before, '\n'), Message: message}
	}
}

// Reason keeps of an error of the TOML library only what cannot hold text of the file.
func Reason(err error) string {
	text := strings.TrimPrefix(err.Error(), "toml: ")
	for _, known := range []string{"already", "duplicate", "redefin"} {
		if strings.Contains(text, known) {
			return "a key is given twice"
		}
	}
	if strings.ContainsAny(text, "'\"`") {
		return "syntax error"
	}
	return text
}
