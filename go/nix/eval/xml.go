package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// xmlWriter is builtins.toXML, which leaves positions out.
type xmlWriter struct {
	textBuilder
	limit  int
	ctx    contextSet
	indent int
	drvs   map[string]bool
}

func (w *xmlWriter) document(v Value, pos syntax.Pos) {
	w.add("<?xml version='1.0' encoding='utf-8'?>\n")
	w.open("expr")
	w.value(v, pos)
	w.close("expr")
}

// tag writes `<name attr="value" …` and its end; attributes come in pairs.
func (w *xmlWriter) tag(end, name string, attrs ...string) {
	w.begin("<", name)
	for i := 0; i < len(attrs); i += 2 {
		w.add(" ")
		w.add(attrs[i])
		w.add(`="`)
		w.quoted(attrs[i+1])
		w.add(`"`)
	}
	w.add(end)
	w.add("\n")
}

// begin begins a line.
func (w *xmlWriter) begin(bracket, name string) {
	w.ev.tick()
	if w.limit > 0 && len(w.out) > w.limit {
		w.ev.limit("output", nil, "the output is larger than its limit of %d bytes", w.limit)
	}
	w.ev.bytes(2 * w.indent)
	w.room(2 * w.indent)
	for range w.indent {
		w.out = append(w.out, "  "...)
	}
	w.add(bracket)
	w.add(name)
}

// quoted writes the value of an attribute.
func (w *xmlWriter) quoted(s string) {
	w.ev.bytes(8 * len(s))
	start := 0
	for i := 0; i < len(s); i++ {
		escape := ""
		switch s[i] {
		case '"':
			escape = "&quot;"
		case '<':
			escape = "&lt;"
		case '>':
			escape = "&gt;"
		case '&':
			escape = "&amp;"
		case '\n':
			escape = "&#xA;"
		default:
			continue
		}
		w.add(s[start:i])
		w.add(escape)
		start = i + 1
	}
	w.add(s[start:])
}

func (w *xmlWriter) empty(name string, attrs ...string) { w.tag(" />", name, attrs...) }

func (w *xmlWriter) open(name string, attrs ...string) {
	w.tag(">", name, attrs...)
	w.indent++
}

func (w *xmlWriter) close(name string) {
	w.indent--
	w.begin("</", name)
	w.add(">\n")
}

func (w *xmlWriter) value(v Value, pos syntax.Pos) {
	ev := w.ev
	ev.enter()
	ev.enterCall()
	switch v := ev.force(v, pos).(type) {
	case Int:
		w.empty("int", "value", formatInt(int64(v)))
	case Float:
		w.empty("float", "value", syntax.FormatFloat(float64(v)))
	case Bool:
		word := "false"
		if v {
			word = "true"
		}
		w.empty("bool", "value", word)
	case *String:
		w.ctx.add(ev, v.Context())
		w.empty("string", "value", v.S)
	case Path:
		w.empty("path", "value", string(v))
	case Null:
		w.empty("null")
	case *List:
		w.open("list")
		for _, x := range v.Elems {
			w.value(x, pos)
		}
		w.close("list")
	case *Attrs:
		if ev.isDerivation(v, pos) {
			w.derivation(v, pos)
		} else {
			w.open("attrs")
			w.members(v)
			w.close("attrs")
		}
	case *Lambda:
		w.function(v)
	default:
		w.empty("unevaluated")
	}
	ev.calls--
	ev.depth--
}

func (w *xmlWriter) members(a *Attrs) {
	for _, m := range w.ev.byName(a.settle()) {
		w.open("attr", "name", w.ev.symbols.Name(m.Name))
		w.value(m.Value, m.Pos)
		w.close("attr")
	}
}

func (w *xmlWriter) derivation(a *Attrs, pos syntax.Pos) {
	text := func(name string) string {
		m := a.get(w.ev.symbols.Intern(name))
		if m == nil {
			return ""
		}
		if s, ok := w.ev.force(m.Value, pos).(*String); ok {
			return s.S
		}
		return ""
	}
	var attrs []string
	drv, out := text("drvPath"), text("outPath")
	if drv != "" {
		attrs = append(attrs, "drvPath", drv)
	}
	if out != "" {
		attrs = append(attrs, "outPath", out)
	}
	w.open("derivation", attrs...)
	if drv != "" && !w.drvs[drv] {
		w.drvs[drv] = true
		w.members(a)
	} else {
		w.empty("repeated")
	}
	w.close("derivation")
}

func (w *xmlWriter) function(f *Lambda) {
	names := w.ev.symbols
	w.open("function")
	if f.fn.Formals == nil {
		w.empty("varpat", "name", names.Name(f.fn.Arg))
	} else {
		var attrs []string
		if f.fn.Formals.Ellipsis {
			attrs = append(attrs, "ellipsis", "1")
		}
		if f.fn.Arg != 0 {
			attrs = append(attrs, "name", names.Name(f.fn.Arg))
		}
		w.open("attrspat", attrs...)
		formals := &Attrs{}
		for _, formal := range f.fn.Formals.List {
			formals.Attrs = append(formals.Attrs, Attr{Name: formal.Name, Value: Null{}})
		}
		for _, formal := range w.ev.byName(formals) {
			w.empty("attr", "name", names.Name(formal.Name))
		}
		w.close("attrspat")
	}
	w.close("function")
}
