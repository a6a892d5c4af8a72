// Package tomlread bounds what the TOML library is given.
//
// The library looks for each key among all that came before, and keys may nest
// as deep as a line is long: a file of some hundred kilobytes takes minutes. What
// passes Check decodes in time that is about linear in the length.
package tomlread

import (
	"bytes"
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
)

const (
	// MaxKeys is how many parts all keys of a file may have together.
	MaxKeys = 10000
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
	table := 0
	for c.failed == nil && c.parser.NextExpression() {
		switch e := c.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = c.key(e, 0)
		case unstable.KeyValue:
			c.keyValue(e, table)
		}
	}
	if c.failed != nil {
		return c.failed
	}
	return nil
}

type checker struct {
	data   []byte
	parser unstable.Parser
	keys   int
	at     int // of the key that was looked at last, in bytes
	failed *Error
}

// key counts the parts of a key below depth, and returns the depth that it leads to.
func (c *checker) key(n *unstable.Node, depth int) int {
	for parts := n.Key(); parts.Next(); depth++ {
		if part := parts.Node(); part.Raw.Length > 0 {
			c.at = int(part.Raw.Offset)
		}
		c.keys++
	}
	switch {
	case c.keys > MaxKeys:
		c.fail(fmt.Sprintf("the file has more than %d keys", MaxKeys))
	case depth > MaxDepth:
		c.deep()
	}
	return depth
}

func (c *checker) keyValue(n *unstable.Node, depth int) {
	c.value(n.Value(), c.key(n, depth))
}

func (c *checker) value(n *unstable.Node, depth int) {
	if n.Kind != unstable.Array && n.Kind != unstable.InlineTable || c.failed != nil {
		return
	}
	if depth > MaxDepth {
		c.deep()
		return
	}
	for children := n.Children(); c.failed == nil && children.Next(); {
		if child := children.Node(); child.Kind == unstable.KeyValue {
			c.keyValue(child, depth)
		} else {
			c.value(child, depth+1)
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
