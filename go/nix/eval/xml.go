package eval

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// xmlWriter is builtins.toXML, which leaves positions out.
type xmlWriter struct {
	ev     *Evaluator
	out    strings.Builder
	ctx    Context
	indent int
	drvs   map[string]bool
}

func (w *xmlWriter) document(v Value, pos syntax.Pos) {
	w.out.WriteString("<?xml version='1.0' encoding='utf-8'?>\n")
	w.open("expr")
	w.value(v, pos)
	w.close("expr")
}

// tag writes `<name attr="value" …` and its end; attributes come in pairs.
func (w *xmlWriter) tag(end, name string, attrs ...string) {
	w.ev.tick()
	size := 32 + 4*w.indent
	for i := 1; i < len(attrs); i += 2 {
		size += 2 * len(attrs[i])
	}
	w.ev.charge(size)
	w.out.WriteString(strings.Repeat("  ", w.indent) + "<" + name)
	for i := 0; i < len(attrs); i += 2 {
		w.out.WriteString(" " + attrs[i] + `="`)
		for _, c := range []byte(attrs[i+1]) {
			switch c {
			case '"':
				w.out.WriteString("&quot;")
			case '<':
				w.out.WriteString("&lt;")
			case '>':
				w.out.WriteString("&gt;")
			case '&':
				w.out.WriteString("&amp;")
			case '\n':
				w.out.WriteString("&#xA;")
			default:
				w.out.WriteByte(c)
			}
		}
		w.out.WriteString(`"`)
	}
	w.out.WriteString(end + "\n")
}

func (w *xmlWriter) empty(name string, attrs ...string) { w.tag(" />", name, attrs...) }

func (w *xmlWriter) open(name string, attrs ...string) {
	w.tag(">", name, attrs...)
	w.indent++
}

func (w *xmlWriter) close(name string) {
	w.indent--
	w.out.WriteString(strings.Repeat("  ", w.indent) + "</" + name + ">\n")
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
		w.ctx = w.ctx.union(v.Context)
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
