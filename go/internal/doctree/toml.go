package doctree

import (
	"errors"
	"math"
	"strconv"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/tomlread"
)

// TOML reads TOML. Dates and times become strings.
func TOML(data []byte, file string) (*Node, error) {
	b := &builder{file: file}
	data, err := b.text(data)
	if err != nil {
		return nil, err
	}
	var beyond *tomlread.Error
	if errors.As(tomlread.Check(data), &beyond) {
		return nil, b.fault(b.at(beyond.Line, beyond.Column), "%s", beyond.Message)
	}
	var all map[string]any
	if err := toml.Unmarshal(data, &all); err != nil { // the parser below accepts more
		at := b.at(0, 0)
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			at.Line, at.Column = decode.Position()
		}
		return nil, b.fault(at, "not readable as TOML: %s", tomlread.Reason(err))
	}
	r := &tomlReader{builder: b, lines: newLines(data)}
	r.parser.Reset(data)
	root, err := r.node(Map, "", "", b.at(1, 1))
	if err != nil {
		return nil, err
	}
	table, path := root, ""
	for r.parser.NextExpression() {
		switch e := r.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table, path, err = r.into(root, "", e.Key(), e.Kind == unstable.ArrayTable)
		case unstable.KeyValue:
			err = r.keyValue(table, path, e)
		}
		if err != nil {
			return nil, err
		}
	}
	return root, nil
}

type tomlReader struct {
	*builder
	parser unstable.Parser
	lines  lines
}

func (r *tomlReader) place(n *unstable.Node) diag.Position {
	offset := 0
	if n.Raw.Length > 0 {
		offset = int(n.Raw.Offset)
	} else if len(n.Data) > 0 {
		offset = int(r.parser.Range(n.Data).Offset)
	}
	line, column := r.lines.position(offset)
	return r.at(line, column)
}

// into follows the key of a table; of a list of tables, it is in the last one.
func (r *tomlReader) into(at *Node, path string, key unstable.Iterator, element bool) (*Node, string, error) {
	for key.Next() {
		name, place := string(key.Node().Data), r.place(key.Node())
		path += "\x00" + name
		next := at.Get(name)
		kind := Map
		if element && key.IsLast() {
			kind = List
		}
		if next == nil {
			n, err := r.node(kind, "", path, place)
			if err != nil {
				return nil, "", err
			}
			at.put(name, n)
			next = n
		}
		if next.Kind == List {
			if element && key.IsLast() {
				item, err := r.node(Map, "", path+"\x00["+strconv.Itoa(len(next.Items))+"]", place)
				if err != nil {
					return nil, "", err
				}
				next.Items = append(next.Items, item)
			}
			if len(next.Items) == 0 {
				return nil, "", r.fault(place, "not readable as TOML")
			}
			path += "\x00[" + strconv.Itoa(len(next.Items)-1) + "]"
			next = next.Items[len(next.Items)-1]
		}
		at = next
	}
	return at, path, nil
}

func (r *tomlReader) keyValue(table *Node, path string, e *unstable.Node) error {
	key := e.Key()
	for key.Next() {
		name, place := string(key.Node().Data), r.place(key.Node())
		path += "\x00" + name
		if key.IsLast() {
			value, err := r.value(e.Value(), path, place)
			if err != nil {
				return err
			}
			table.put(name, value)
			return nil
		}
		next := table.Get(name)
		if next == nil {
			n, err := r.node(Map, "", path, place)
			if err != nil {
				return err
			}
			table.put(name, n)
			next = n
		}
		table = next
	}
	return nil
}

func (r *tomlReader) value(n *unstable.Node, path string, at diag.Position) (*Node, error) {
	switch n.Kind {
	case unstable.Bool:
		return r.node(Bool, string(n.Data), path, at)
	case unstable.Integer, unstable.Float:
		return r.node(Number, tomlNumber(string(n.Data)), path, at)
	case unstable.Array:
		list, err := r.node(List, "", path, at)
		if err != nil {
			return nil, err
		}
		for items := n.Children(); items.Next(); {
			if items.Node().Kind == unstable.Comment {
				continue
			}
			item, err := r.value(items.Node(), path+"\x00["+strconv.Itoa(len(list.Items))+"]", at)
			if err != nil {
				return nil, err
			}
			list.Items = append(list.Items, item)
		}
		return list, nil
	case unstable.InlineTable:
		table, err := r.node(Map, "", path, at)
		if err != nil {
			return nil, err
		}
		for fields := n.Children(); fields.Next(); {
			if fields.Node().Kind != unstable.KeyValue {
				continue
			}
			if err := r.keyValue(table, path, fields.Node()); err != nil {
				return nil, err
			}
		}
		return table, nil
	}
	return r.node(Text, string(n.Data), path, at)
}

// tomlNumber is a number as JSON writes it, where JSON has it.
func tomlNumber(text string) string {
	var v struct{ N any }
	if toml.Unmarshal([]byte("N = "+text), &v) == nil {
		switch n := v.N.(type) {
		case int64:
			return strconv.FormatInt(n, 10)
		case float64:
			if !math.IsNaN(n) && !math.IsInf(n, 0) {
				return strconv.FormatFloat(n, 'f', -1, 64)
			}
		}
	}
	return text
}
