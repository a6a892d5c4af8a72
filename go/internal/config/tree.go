package config

import (
	"bytes"
	"errors"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/tomlread"
)

// node is one value of a TOML file, with its place.
type node struct {
	kind   string // table, list, text, bool, or what else TOML knows
	at     diag.Position
	text   string
	items  []*node
	keys   []string // of a table, in the order of the file
	fields map[string]*node
}

func (n *node) field(key string, at diag.Position) *node {
	if n.fields == nil {
		n.fields = map[string]*node{}
	}
	f, ok := n.fields[key]
	if !ok {
		f = &node{kind: "table", at: at}
		n.fields[key] = f
		n.keys = append(n.keys, key)
	}
	return f
}

// parseTree reads TOML with places. No message quotes the file, which may hold a key.
func parseTree(data []byte, file string) (*node, *diag.Diagnostic) {
	text, marked := bytes.CutPrefix(data, mark)
	r := treeReader{data: text, file: file, source: diag.NewSource(string(data))}
	if marked {
		r.marked = len(mark)
	}
	var beyond *tomlread.Error
	if errors.As(tomlread.Check(text), &beyond) {
		at := diag.Position{File: file, Line: beyond.Line, Column: beyond.Column, Source: r.source}
		r.shift(&at)
		return nil, &diag.Diagnostic{Severity: diag.SeverityError, Code: "too-large", Message: beyond.Message, Positions: []diag.Position{at}}
	}
	var any map[string]any
	if err := toml.Unmarshal(text, &any); err != nil {
		at := diag.Position{File: file, Source: r.source}
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			at.Line, at.Column = decode.Position()
			r.shift(&at)
		}
		return nil, &diag.Diagnostic{Severity: diag.SeverityError, Code: "syntax", Message: "not readable as TOML: " + tomlread.Reason(err),
			Positions: []diag.Position{at}}
	}
	r.parser.Reset(text)
	root := &node{kind: "table", at: diag.Position{File: file}}
	table := root
	for r.parser.NextExpression() {
		switch e := r.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = r.into(root, e.Key())
			if e.Kind == unstable.ArrayTable {
				table.kind = "list" // a config has no list of tables
			}
		case unstable.KeyValue:
			r.keyValue(table, e)
		}
	}
	return root, nil
}

type treeReader struct {
	parser unstable.Parser
	data   []byte
	file   string
	marked int // bytes of the mark before data
	source *diag.Source
	seen   int // an offset, the line ends before it, and where its line begins
	lines  int
	line   int
}

// position counts on from the one before: keys are read in order.
func (r *treeReader) position(offset int) diag.Position {
	if offset < r.seen {
		r.seen, r.lines, r.line = 0, 0, 0
	}
	passed := r.data[r.seen:offset]
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		r.line = r.seen + i + 1
	}
	r.lines += bytes.Count(passed, []byte("\n"))
	r.seen = offset
	at := diag.Position{File: r.file, Line: r.lines + 1, Column: offset - r.line + 1, Source: r.source}
	r.shift(&at)
	return at
}

// shift counts the byte order mark in the first line, as columns are of bytes.
func (r *treeReader) shift(at *diag.Position) {
	if at.Line == 1 {
		at.Column += r.marked
	}
}

// into follows the parts of a key to the value that they name.
func (r *treeReader) into(n *node, key unstable.Iterator) *node {
	for key.Next() {
		k := key.Node()
		n = n.field(string(k.Data), r.position(int(k.Raw.Offset)))
	}
	return n
}

func (r *treeReader) keyValue(table *node, e *unstable.Node) {
	n := r.into(table, e.Key())
	r.value(n, e.Value())
}

func (r *treeReader) value(n *node, v *unstable.Node) {
	switch v.Kind {
	case unstable.String:
		n.kind, n.text = "text", string(v.Data)
	case unstable.Bool:
		n.kind, n.text = "bool", string(v.Data)
	case unstable.Array:
		n.kind = "list"
		for items := v.Children(); items.Next(); {
			item := &node{at: n.at}
			r.value(item, items.Node())
			n.items = append(n.items, item)
		}
	case unstable.InlineTable:
		n.kind = "table"
		for items := v.Children(); items.Next(); {
			e := items.Node()
			r.value(r.into(n, e.Key()), e.Value())
		}
	case unstable.Integer, unstable.Float:
		n.kind = "number"
	default:
		n.kind = "date"
	}
}
