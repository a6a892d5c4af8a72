package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// equal is `==` of two values. Functions equal nothing.
func (ev *Evaluator) equal(x, y Value, pos syntax.Pos) bool {
	x, y = ev.force(x, pos), ev.force(y, pos)
	switch a := x.(type) {
	case Int:
		switch b := y.(type) {
		case Int:
			return a == b
		case Float:
			return Float(a) == b
		}
		return false
	case Float:
		switch b := y.(type) {
		case Int:
			return a == Float(b)
		case Float:
			return a == b
		}
		return false
	case Bool:
		b, ok := y.(Bool)
		return ok && a == b
	case Null:
		_, ok := y.(Null)
		return ok
	case *String:
		b, ok := y.(*String)
		if !ok || len(a.S) != len(b.S) {
			return false
		}
		if len(a.S) > bytesPerStep {
			ev.bytes(len(a.S))
		}
		return a.S == b.S
	case Path:
		b, ok := y.(Path)
		return ok && a == b
	case *List:
		b, ok := y.(*List)
		if !ok || len(a.Elems) != len(b.Elems) {
			return false
		}
		return ev.equalElems(len(a.Elems), pos, func(i int) (Value, Value) { return a.Elems[i], b.Elems[i] })
	case *Attrs:
		b, ok := y.(*Attrs)
		if !ok {
			return false
		}
		if p, q := ev.derivationPaths(a, b, pos); p != nil {
			return ev.equalElems(1, pos, func(int) (Value, Value) { return p.Value, q.Value })
		}
		if len(a.settle().Attrs) != len(b.settle().Attrs) {
			return false
		}
		for i := range a.Attrs {
			if a.Attrs[i].Name != b.Attrs[i].Name {
				// Nix compares in order, so the earlier elements are compared first.
				return ev.equalElems(i, pos, func(i int) (Value, Value) { return a.Attrs[i].Value, b.Attrs[i].Value }) && false
			}
		}
		return ev.equalElems(len(a.Attrs), pos, func(i int) (Value, Value) { return a.Attrs[i].Value, b.Attrs[i].Value })
	}
	return false
}

// equalElems compares members. One and the same value is equal to itself there,
// even a function.
func (ev *Evaluator) equalElems(n int, pos syntax.Pos, pair func(int) (Value, Value)) bool {
	ev.enter()
	ev.enterCall()
	equal := true
	for i := 0; i < n && equal; i++ {
		ev.tick()
		x, y := pair(i)
		fx, fy := ev.force(x, pos), ev.force(y, pos)
		equal = x == y || ev.equal(fx, fy, pos)
	}
	ev.calls--
	ev.depth--
	return equal
}

// derivationPaths returns the outPath attributes if both sets are derivations.
func (ev *Evaluator) derivationPaths(a, b *Attrs, pos syntax.Pos) (p, q *Attr) {
	if !ev.isDerivation(a, pos) || !ev.isDerivation(b, pos) {
		return nil, nil
	}
	p, q = a.get(ev.sym.outPath), b.get(ev.sym.outPath)
	if p == nil || q == nil {
		return nil, nil
	}
	return p, q
}

func (ev *Evaluator) isDerivation(a *Attrs, pos syntax.Pos) bool {
	t := a.get(ev.sym.typ)
	if t == nil {
		return false
	}
	s, ok := ev.force(t.Value, pos).(*String)
	return ok && s.S == "derivation"
}

// less is `<`.
func (ev *Evaluator) less(x, y Value, pos syntax.Pos) bool {
	ev.tick()
	x, y = ev.force(x, pos), ev.force(y, pos)
	switch a := x.(type) {
	case Int:
		switch b := y.(type) {
		case Int:
			return a < b
		case Float:
			return Float(a) < b
		}
	case Float:
		switch b := y.(type) {
		case Int:
			return a < Float(b)
		case Float:
			return a < b
		}
	case *String:
		if b, ok := y.(*String); ok {
			if len(a.S) > bytesPerStep {
				ev.bytes(min(len(a.S), len(b.S)))
			}
			return a.S < b.S
		}
	case Path:
		if b, ok := y.(Path); ok {
			return a < b
		}
	case *List:
		if b, ok := y.(*List); ok {
			return ev.lessList(a, b, pos)
		}
	}
	if typeName(x) != typeName(y) {
		ev.failType(pos, "cannot compare %s with %s; values are %s and %s", describe(x), describe(y), ev.show(x), ev.show(y))
	}
	ev.failType(pos, "cannot compare %s with %s; values of that type are incomparable (values are %s and %s)",
		describe(x), describe(y), ev.show(x), ev.show(y))
	return false
}

// lessList compares the first elements that differ.
func (ev *Evaluator) lessList(a, b *List, pos syntax.Pos) bool {
	ev.enter()
	ev.enterCall()
	less, decided := false, false
	for i := 0; !decided; i++ {
		ev.tick()
		switch {
		case i == len(b.Elems):
			decided = true
		case i == len(a.Elems):
			less, decided = true, true
		case a.Elems[i] != b.Elems[i] && !ev.equal(a.Elems[i], b.Elems[i], pos):
			less, decided = ev.less(a.Elems[i], b.Elems[i], pos), true
		}
	}
	ev.calls--
	ev.depth--
	return less
}
