package eval

import (
	"fmt"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// assertEqual fails with the first difference between two unequal values. It
// goes the same way as equal; an error for a difference that it does not find
// is left to the caller.
func (ev *Evaluator) assertEqual(x, y Value, pos syntax.Pos) {
	x, y = ev.force(x, pos), ev.force(y, pos)
	differ := func(format string, args ...any) {
		ev.raise(&Error{Kind: AssertionFailed, Msg: fmt.Sprintf(format, args...), pos: pos})
	}
	if isNumber(x) && isNumber(y) {
		if !ev.equal(x, y, pos) {
			differ("%s with value '%s' is not equal to %s with value '%s'", describe(x), ev.show(x), describe(y), ev.show(y))
		}
		return
	}
	if typeName(x) != typeName(y) {
		differ("%s of value '%s' is not equal to %s of value '%s'", describe(x), ev.show(x), describe(y), ev.show(y))
	}
	ev.enter()
	ev.tick()
	switch a := x.(type) {
	case Bool:
		if a != y.(Bool) {
			differ("boolean '%s' is not equal to boolean '%s'", ev.show(x), ev.show(y))
		}
	case *String:
		if a.S != y.(*String).S {
			differ("string '%s' is not equal to string '%s'", ev.show(x), ev.show(y))
		}
	case Path:
		if a != y.(Path) {
			differ("path '%s' is not equal to path '%s'", ev.show(x), ev.show(y))
		}
	case *List:
		b := y.(*List)
		if len(a.Elems) != len(b.Elems) {
			differ("list of size '%d' is not equal to list of size '%d', left hand side is '%s', right hand side is '%s'",
				len(a.Elems), len(b.Elems), ev.show(x), ev.show(y))
		}
		for i := range a.Elems {
			if a.Elems[i] != b.Elems[i] {
				ev.assertEqual(a.Elems[i], b.Elems[i], pos)
			}
		}
	case *Attrs:
		ev.assertEqualAttrs(a, y.(*Attrs), pos, differ)
	case *Lambda, *Builtin, *Partial:
		differ("distinct functions and immediate comparisons of identical functions compare as unequal")
	}
	ev.depth--
}

func (ev *Evaluator) assertEqualAttrs(a, b *Attrs, pos syntax.Pos, differ func(string, ...any)) {
	if p, q := ev.derivationPaths(a, b, pos); p != nil {
		ev.assertEqual(p.Value, q.Value, or(q.Pos, pos))
		return
	}
	if len(a.settle().Attrs) != len(b.settle().Attrs) {
		differ("attribute names of attribute set '%s' differs from attribute set '%s'", ev.show(a), ev.show(b))
	}
	for i := range a.Attrs {
		p, q := a.Attrs[i], b.Attrs[i]
		if p.Name != q.Name {
			if b.get(p.Name) == nil {
				differ("attribute name '%s' is contained in '%s', but not in '%s'", attributeName(ev.symbols.Name(p.Name)), ev.show(a), ev.show(b))
			}
			differ("attribute name '%s' is missing in '%s', but is contained in '%s'", attributeName(ev.symbols.Name(q.Name)), ev.show(a), ev.show(b))
		}
		if p.Value != q.Value {
			ev.assertEqual(p.Value, q.Value, or(q.Pos, pos))
		}
	}
}

func isNumber(v Value) bool {
	switch v.(type) {
	case Int, Float:
		return true
	}
	return false
}

// or returns the first position that is known.
func or(a, b syntax.Pos) syntax.Pos {
	if a != 0 {
		return a
	}
	return b
}
