// Package doctree reads JSON with comments, TOML, YAML and Markdown with frontmatter
// into one kind of tree with positions, so that what reads settings of other programs
// need not know the format.
//
// The input is not trusted: it is bounded in size and depth, and no message quotes it,
// since any line may hold a key.
package doctree

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Kind is the kind of a value.
type Kind string

const (
	Null   Kind = "null"
	Bool   Kind = "boolean"
	Number Kind = "number"
	Text   Kind = "string"
	List   Kind = "list"
	Map    Kind = "object"
)

// Node is a value. All methods can be called on nil, which is a value that is absent.
type Node struct {
	Kind Kind
	// Text is the string, the number as it is written, or true or false.
	Text  string
	Items []*Node // of a list
	Keys  []string
	// Path is the way from the root, as people read it: mcpServers.github.args[1].
	Path   string
	At     diag.Position
	fields map[string]*Node
}

// Get returns the value of a key, nil where there is none.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	return n.fields[key]
}

// In returns the value at a path of keys.
func (n *Node) In(keys ...string) *Node {
	for _, key := range keys {
		n = n.Get(key)
	}
	return n
}

// Is reports whether the value is there and of a kind.
func (n *Node) Is(kind Kind) bool { return n != nil && n.Kind == kind }

// Names returns the keys of an object, none for anything else.
func (n *Node) Names() []string {
	if n == nil {
		return nil
	}
	return n.Keys
}

// Only returns an object with one of its fields.
func (n *Node) Only(key string) *Node {
	out := *n
	out.Keys, out.fields = []string{key}, map[string]*Node{key: n.Get(key)}
	return &out
}

// Over returns the fields of an object, and of another those that it does not have.
func (n *Node) Over(other *Node) *Node {
	out := *other
	out.Keys, out.fields = nil, nil
	for _, from := range []*Node{other, n} {
		for _, key := range from.Names() {
			out.put(key, from.Get(key))
		}
	}
	return &out
}

// String returns a string; ok is false for anything else.
func (n *Node) String() (text string, ok bool) {
	if !n.Is(Text) {
		return "", false
	}
	return n.Text, true
}

// Or returns the string, or other for anything else.
func (n *Node) Or(other string) string {
	if n.Is(Text) {
		return n.Text
	}
	return other
}

// True reports whether the value is the boolean true.
func (n *Node) True() bool { return n.Is(Bool) && n.Text == "true" }

// False reports whether the value is the boolean false.
func (n *Node) False() bool { return n.Is(Bool) && n.Text == "false" }

// Int returns a whole number.
func (n *Node) Int() (int64, bool) {
	if !n.Is(Number) {
		return 0, false
	}
	i, err := strconv.ParseInt(n.Text, 10, 64)
	return i, err == nil
}

// Strings returns the strings of a list, or a string alone; others are left out.
func (n *Node) Strings() []string {
	if s, ok := n.String(); ok {
		return []string{s}
	}
	if n == nil {
		return nil
	}
	var out []string
	for _, item := range n.Items {
		if s, ok := item.String(); ok {
			out = append(out, s)
		}
	}
	return out
}

const (
	maxDepth = 64
	maxNodes = 200_000
)

// builder makes the nodes of a file.
type builder struct {
	file  string
	nodes int
}

func (b *builder) at(line, column int) diag.Position {
	return diag.Position{File: b.file, Line: line, Column: column}
}

func (b *builder) fault(at diag.Position, format string, args ...any) *diag.Error {
	e := diag.Errorf(diag.ExitInvalid, "syntax", format, args...).At(at)
	e.Diagnostics[0].Veiled = true
	return e
}

func (b *builder) node(kind Kind, text, path string, at diag.Position) (*Node, error) {
	if b.nodes++; b.nodes > maxNodes {
		return nil, b.fault(at, "more than %d values", maxNodes)
	}
	if strings.Count(path, "\x00") > maxDepth {
		return nil, b.fault(at, "nested more than %d levels deep", maxDepth)
	}
	return &Node{Kind: kind, Text: text, Path: shown(path), At: at}, nil
}

// Paths are built with a NUL before each part; people see dots and brackets.
func shown(path string) string {
	var b strings.Builder
	for i, part := range strings.Split(path, "\x00") {
		if i > 1 && !strings.HasPrefix(part, "[") {
			b.WriteByte('.')
		}
		b.WriteString(part)
	}
	return b.String()
}

// put adds a field; twice reports that the field already exists.
func (n *Node) put(key string, value *Node) (twice bool) {
	if n.fields == nil {
		n.fields = map[string]*Node{}
	}
	if _, twice = n.fields[key]; !twice {
		n.Keys = append(n.Keys, key)
	}
	n.fields[key] = value
	return twice
}

// lines finds the line and column of an offset.
type lines []int

func newLines(data []byte) lines {
	starts := lines{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

func (l lines) position(offset int) (line, column int) {
	low, high := 0, len(l)
	for high-low > 1 {
		if middle := (low + high) / 2; l[middle] <= offset {
			low = middle
		} else {
			high = middle
		}
	}
	return low + 1, offset - l[low] + 1
}

// text removes a byte order mark, and refuses what is not UTF-8.
func (b *builder) text(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, b.fault(b.at(0, 0), "not valid UTF-8")
	}
	return data, nil
}
