package eval

import (
	"strconv"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Sink receives plain data piece by piece, in the order in which JSON has it.
type Sink interface {
	Literal(text string) // null, a Boolean or a number, as in JSON
	String(text string)
	Begin(list bool, n int) // a list or a set of n
	Name(text string)       // of the attribute that is next
	End()
}

// Plain writes a value of plain data to a Sink: strings without context, finite numbers,
// Booleans, null, lists, and plain sets. Anything else is an error, and so is data beyond
// `most` bytes; the Sink has then received a part of it.
func (ev *Evaluator) Plain(v Value, most int, to Sink) error {
	return ev.run(func() {
		w := plainWriter{ev, to, most, most}
		w.value(v, 0)
	})
}

type plainWriter struct {
	ev         *Evaluator
	to         Sink
	most, left int
}

func (w *plainWriter) value(v Value, pos syntax.Pos) {
	ev := w.ev
	ev.tick()
	w.take(1)
	switch v := ev.force(v, pos).(type) {
	case Null:
		w.to.Literal("null")
	case Bool:
		w.to.Literal(strconv.FormatBool(bool(v)))
	case Int:
		w.to.Literal(strconv.FormatInt(int64(v), 10))
	case Float:
		if !isFinite(float64(v)) {
			w.fail(pos)
		}
		w.to.Literal(string(appendJSONFloat(nil, float64(v))))
	case *String:
		if len(v.Context()) > 0 {
			w.fail(pos)
		}
		w.take(len(v.S))
		w.to.String(v.S)
	case *List:
		ev.enter()
		ev.enterCall()
		w.to.Begin(true, len(v.Elems))
		for _, x := range v.Elems {
			w.value(x, pos)
		}
		w.to.End()
		ev.calls--
		ev.depth--
	case *Attrs:
		ev.enter()
		ev.enterCall()
		w.set(v, pos)
		ev.calls--
		ev.depth--
	default:
		w.fail(pos)
	}
}

func (w *plainWriter) set(a *Attrs, pos syntax.Pos) {
	sym := &w.ev.sym
	if a.get(sym.toString) != nil || a.get(sym.outPath) != nil || a.get(sym.functor) != nil || w.ev.isDerivation(a, pos) {
		w.fail(pos)
	}
	attrs := w.ev.byName(a.settle())
	w.to.Begin(false, len(attrs))
	for _, m := range attrs {
		name := w.ev.symbols.Name(m.Name)
		w.take(len(name))
		w.to.Name(name)
		w.value(m.Value, m.Pos)
	}
	w.to.End()
}

func (w *plainWriter) take(n int) {
	w.ev.bytes(n)
	if w.left -= n; w.left < 0 {
		w.ev.limit("output", nil, "the output is larger than its limit of %d bytes", w.most)
	}
}

func (w *plainWriter) fail(pos syntax.Pos) { w.ev.failType(pos, "not plain data") }
