package eval

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// tomlReader makes values of the expressions that go-toml parses. Which keys may
// follow which is looked up, where go-toml compares each with all before it.
type tomlReader struct {
	ev      *Evaluator
	pos     syntax.Pos
	p       unstable.Parser
	root    *tomlTable
	current *tomlTable
	// failure describes an invalid value in a text that is otherwise valid.
	failure string
}

// tomlTable is a table in the making.
type tomlTable struct {
	members map[string]*tomlMember
	order   []*tomlMember
}

type tomlKind uint8

const (
	tomlValue      tomlKind = iota // it cannot be extended, as inline tables cannot
	tomlDotted                     // made by a dotted key, and extended only by others
	tomlHeader                     // made by a [header]
	tomlArrayTable                 // made by a [[header]]
)

func (k tomlKind) String() string {
	return [...]string{"value", "kv-table", "table", "array-table"}[k]
}

type tomlMember struct {
	name     string
	kind     tomlKind
	explicit bool         // a tomlHeader has a header of its own
	value    Value        // of a tomlValue
	table    *tomlTable   // of the others; the last one of a tomlArrayTable
	elems    []*tomlTable // of a tomlArrayTable
}

// parseTOML is builtins.fromTOML.
func (ev *Evaluator) parseTOML(text string, pos syntax.Pos) Value {
	// A node of the parser takes some 60 bytes, and one or two bytes of the text.
	ev.chargeEach(len(text), 40)
	text = strings.TrimPrefix(text, "\ufeff")
	r := tomlReader{ev: ev, pos: pos, root: &tomlTable{}}
	r.current = r.root
	r.p.Reset([]byte(text))
	for r.p.NextExpression() {
		e := r.p.Expression()
		ev.tick()
		ev.bytes(8 * int(e.Raw.Length))
		switch e.Kind {
		case unstable.KeyValue:
			r.keyValue(r.current, e)
		case unstable.Table:
			r.header(e, false)
		case unstable.ArrayTable:
			r.header(e, true)
		}
	}
	var bad *unstable.ParserError
	if err := r.p.Error(); errors.As(err, &bad) {
		r.failAt(bad.Highlight, "toml: "+bad.Message)
	} else if err != nil {
		r.fail(err.Error())
	}
	ev.bytes(8 * len(text))
	if newer := newerTOML(text); newer != "" {
		r.fail(newer)
	}
	if r.failure != "" {
		r.fail(r.failure)
	}
	return r.set(r.root)
}

func (r *tomlReader) fail(msg string) {
	r.ev.fail(EvalFailure, r.pos, "while parsing TOML: %s", msg)
}

func (r *tomlReader) failf(format string, args ...any) { r.fail(fmt.Sprintf(format, args...)) }

// failAt reports an error at a place in the text.
func (r *tomlReader) failAt(at []byte, msg string) {
	start := r.p.Shape(r.p.Range(at)).Start
	r.fail(wordTOML(fmt.Sprintf("line %d, column %d: %s", start.Line, start.Column, msg)))
}

// member finds or creates a member; made reports which.
func (r *tomlReader) member(t *tomlTable, name string, kind tomlKind) (m *tomlMember, made bool) {
	r.ev.tick()
	if m := t.members[name]; m != nil {
		return m, false
	}
	r.ev.charge(200 + len(name))
	if strings.IndexByte(name, 0) >= 0 && r.failure == "" {
		r.failure = "error: " + nullByte(name)
	}
	m = &tomlMember{name: name, kind: kind}
	if kind != tomlValue {
		m.table = &tomlTable{}
	}
	if t.members == nil {
		t.members = make(map[string]*tomlMember)
	}
	t.members[name] = m
	t.order = append(t.order, m)
	return m, true
}

// keyValue adds `a.b = value` to a table.
func (r *tomlReader) keyValue(t *tomlTable, e *unstable.Node) {
	for key := e.Key(); key.Next(); {
		name := string(key.Node().Data)
		if key.IsLast() {
			m, made := r.member(t, name, tomlValue)
			if !made {
				r.failf("toml: key %s is already defined", name)
			}
			m.value = r.value(e.Value())
			return
		}
		m, _ := r.member(t, name, tomlDotted)
		if m.kind != tomlDotted {
			r.failf("toml: key %s is already defined", name)
		}
		t = m.table
	}
}

// header goes to the table of `[a.b]` or, with array, of `[[a.b]]`.
func (r *tomlReader) header(e *unstable.Node, array bool) {
	t := r.root
	for key := e.Key(); key.Next(); {
		name := string(key.Node().Data)
		switch last := key.IsLast(); {
		case last && array:
			m, made := r.member(t, name, tomlArrayTable)
			if m.kind != tomlArrayTable {
				r.failf("toml: key %s already exists as a %s, but should be an array table", name, m.kind)
			}
			if !made {
				r.ev.charge(64)
				m.table = &tomlTable{}
			}
			m.elems = append(m.elems, m.table)
			r.current = m.table
		case last:
			m, _ := r.member(t, name, tomlHeader)
			switch {
			case m.kind == tomlHeader && !m.explicit:
			case m.kind == tomlHeader:
				r.failf("toml: table %s already exists", name)
			case m.kind == tomlDotted:
				r.failf("toml: table %s already exists as defined by a dotted key", name)
			case m.kind == tomlArrayTable:
				r.failf("toml: table %s already exists as an array of tables", name)
			default:
				r.failf("toml: key %s should be a table, not a %s", name, m.kind)
			}
			m.explicit = true
			r.current = m.table
		default:
			m, _ := r.member(t, name, tomlHeader)
			if m.kind == tomlValue {
				r.failf("toml: key %s already exists as a value", name)
			}
			t = m.table
		}
	}
}

func (r *tomlReader) value(n *unstable.Node) Value {
	ev := r.ev
	ev.tick()
	switch n.Kind {
	case unstable.String:
		s := string(n.Data)
		ev.charge(len(s))
		if strings.IndexByte(s, 0) >= 0 && r.failure == "" {
			r.failure = "error: " + nullByte(s)
		}
		return ev.str(s)
	case unstable.Bool:
		return Bool(n.Data[0] == 't')
	case unstable.Array:
		ev.enter()
		var elems []Value
		for it := n.Children(); it.Next(); {
			ev.charge(32)
			elems = append(elems, r.value(it.Node()))
		}
		ev.depth--
		return ev.listOf(elems)
	case unstable.InlineTable:
		ev.enter()
		t := &tomlTable{}
		for it := n.Children(); it.Next(); {
			r.keyValue(t, it.Node())
		}
		ev.depth--
		return r.set(t)
	}
	return r.scalar(n)
}

// scalar is a number or a time.
func (r *tomlReader) scalar(n *unstable.Node) Value {
	if i, ok := plainInt(n.Data); ok {
		return Int(i)
	}
	const before = "v = "
	var doc struct{ V any }
	err := toml.Unmarshal(append([]byte(before), n.Data...), &doc)
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		_, column := bad.Position()
		r.failAt(n.Data[max(0, min(column-1-len(before), len(n.Data))):], err.Error())
	} else if err != nil {
		r.fail(err.Error())
	}
	switch v := doc.V.(type) {
	case int64:
		return Int(v)
	case float64:
		return Float(v)
	}
	if !r.ev.options.TOMLTimestamps {
		if r.failure == "" {
			r.failure = "Dates and times are not supported"
		}
		return Null{}
	}
	return r.ev.attrsOf("_type", r.ev.str("timestamp"), "value", r.ev.str(formatTOMLTime(doc.V)))
}

// plainInt reads digits alone, without a zero before them.
func plainInt(s []byte) (int64, bool) {
	if len(s) > 18 || len(s) > 1 && s[0] == '0' {
		return 0, false
	}
	for _, c := range s {
		if !isDigit(c) {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(string(s), 10, 64)
	return n, err == nil
}

// set makes a set of a table that is complete.
func (r *tomlReader) set(t *tomlTable) Value {
	ev := r.ev
	ev.enter()
	out := ev.makeAttrs(len(t.order))
	for _, m := range t.order {
		ev.tick()
		v := m.value
		switch m.kind {
		case tomlDotted, tomlHeader:
			v = r.set(m.table)
		case tomlArrayTable:
			elems := ev.makeList(len(m.elems))
			for i, t := range m.elems {
				elems[i] = r.set(t)
			}
			v = ev.listOf(elems)
		}
		out = append(out, Attr{Name: ev.intern(m.name), Value: v})
	}
	ev.depth--
	return ev.sortAttrs(out)
}
