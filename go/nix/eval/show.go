package eval

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// valuePrinter renders values as Nix's printer does.
type valuePrinter struct {
	ev  *Evaluator
	out strings.Builder
	// bounds for messages; 0 means unbounded
	maxAttrs, maxItems, maxString, maxDepth int
	attrs, items                            int
	repeated                                map[any]bool
	// plain is how nix-instantiate prints: all that was evaluated, functions by kind only
	plain bool
	limit int
}

// show renders a value for a message: short, and nothing is evaluated for it.
func (ev *Evaluator) show(v Value) string {
	p := valuePrinter{ev: ev, maxAttrs: 10, maxItems: 10, maxString: 1024, maxDepth: 10,
		repeated: make(map[any]bool), limit: 1 << 20}
	p.print(v, 0)
	return p.out.String()
}

// printStrict renders a value that forceDeep has been over.
func (ev *Evaluator) printStrict(v Value) string {
	p := valuePrinter{ev: ev, repeated: make(map[any]bool), plain: true, limit: ev.limits.Output}
	p.print(v, 0)
	return p.out.String()
}

func (p *valuePrinter) print(v Value, depth int) {
	if p.out.Len() > p.limit {
		p.ev.limit("output", nil, "the output is larger than its limit of %d bytes", p.limit)
	}
	if depth > p.ev.limits.Calls {
		p.ev.limit("depth", nil, "stack overflow; max-call-depth exceeded")
	}
	slot := v
	if t, ok := v.(*Thunk); ok {
		switch t.env {
		case &forced:
			v = t.result()
		case &forcing:
			p.out.WriteString("«potential infinite recursion»")
			return
		default:
			n, ok := t.code.(*native)
			if t.env == &failed || !ok || !n.atHand {
				p.out.WriteString("«thunk»")
				return
			}
			v = p.ev.force(t, 0)
		}
	}
	switch v := v.(type) {
	case Null:
		p.out.WriteString("null")
	case Bool:
		p.out.WriteString(strconv.FormatBool(bool(v)))
	case Int:
		p.out.WriteString(formatInt(int64(v)))
	case Float:
		p.out.WriteString(syntax.FormatFloat(float64(v)))
	case *String:
		p.str(v.S)
	case Path:
		p.out.WriteString(string(v))
	case *List:
		p.list(v, slot, depth)
	case *Attrs:
		p.set(v, depth)
	case *Lambda:
		if p.plain {
			p.out.WriteString("<LAMBDA>")
			return
		}
		p.out.WriteString("«lambda ")
		if v.fn.Name != 0 {
			p.out.WriteString(p.ev.symbols.Name(v.fn.Name) + " ")
		}
		p.out.WriteString("@ " + p.ev.files.Position(v.fn.At).String() + "»")
	case *Builtin:
		if p.plain {
			p.out.WriteString("<PRIMOP>")
			return
		}
		p.out.WriteString("«primop " + v.Name + "»")
	case *Partial:
		if p.plain {
			p.out.WriteString("<PRIMOP-APP>")
			return
		}
		p.out.WriteString("«partially applied primop " + v.fn.Name + "»")
	}
}

func (p *valuePrinter) str(s string) {
	if p.maxString == 0 || len(s) <= p.maxString {
		p.out.WriteString(syntax.Quote(s))
		return
	}
	p.out.WriteString(syntax.Quote(s[:p.maxString]) + " ")
	p.elided(len(s)-p.maxString, "byte", "bytes")
}

func (p *valuePrinter) elided(n int, one, many string) {
	word := many
	if n == 1 {
		word = one
	}
	p.out.WriteString("«" + strconv.Itoa(n) + " " + word + " elided»")
}

func (p *valuePrinter) seen(key any) bool {
	if p.repeated[key] {
		p.out.WriteString("«repeated»")
		return true
	}
	p.repeated[key] = true
	return false
}

// list prints a list. Nix knows a list again by the place that holds it.
func (p *valuePrinter) list(l *List, slot any, depth int) {
	if len(l.Elems) > 0 && p.seen(slot) {
		return
	}
	if p.maxDepth > 0 && depth >= p.maxDepth {
		p.out.WriteString("[ ... ]")
		return
	}
	p.out.WriteString("[")
	for i, x := range l.Elems {
		p.out.WriteString(" ")
		if p.maxItems > 0 && p.items >= p.maxItems {
			p.elided(len(l.Elems)-i, "item", "items")
			break
		}
		p.print(x, depth+1)
		p.items++
	}
	p.out.WriteString(" ]")
}

func (p *valuePrinter) set(a *Attrs, depth int) {
	if len(a.Attrs) > 0 && p.seen(a) {
		return
	}
	if p.maxDepth > 0 && depth >= p.maxDepth {
		p.out.WriteString("{ ... }")
		return
	}
	if p.plain {
		a.settle()
	}
	sorted := p.ev.byName(a)
	if p.maxAttrs > 0 {
		// What says of which kind a set is comes first.
		sorted = p.kindsFirst(sorted)
	}
	p.out.WriteString("{")
	for i, x := range sorted {
		p.out.WriteString(" ")
		if p.maxAttrs > 0 && p.attrs >= p.maxAttrs {
			p.elided(len(sorted)-i, "attribute", "attributes")
			break
		}
		p.out.WriteString(attributeName(p.ev.symbols.Name(x.Name)) + " = ")
		p.print(x.Value, depth+1)
		p.out.WriteString(";")
		p.attrs++
	}
	p.out.WriteString(" }")
}

// kindsFirst puts the attributes that show the kind of a set first.
func (p *valuePrinter) kindsFirst(attrs []Attr) []Attr {
	var kinds []Attr
	rest := slices.Clone(attrs)
	rest = slices.DeleteFunc(rest, func(a Attr) bool {
		name := p.ev.symbols.Name(a.Name)
		kind := name == "type" || name == "_type"
		if kind {
			kinds = append(kinds, a)
		}
		return kind
	})
	return append(kinds, rest...)
}

// attributeName quotes a name that is not valid as a bare attribute name.
func attributeName(s string) string { return syntax.QuoteName(s) }

func isFinite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }
