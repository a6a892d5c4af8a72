package eval

import (
	"path"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// The force functions evaluate a value and insist on its type.

func (ev *Evaluator) wrongType(pos syntax.Pos, want string, v Value) {
	ev.failType(pos, "expected %s but found %s: %s", want, describe(v), ev.show(v))
}

func (ev *Evaluator) forceAttrs(v Value, pos syntax.Pos) *Attrs {
	v = ev.force(v, pos)
	a, ok := v.(*Attrs)
	if !ok {
		ev.wrongType(pos, "a set", v)
	}
	return a.settle()
}

func (ev *Evaluator) forceList(v Value, pos syntax.Pos) *List {
	v = ev.force(v, pos)
	l, ok := v.(*List)
	if !ok {
		ev.wrongType(pos, "a list", v)
	}
	return l
}

func (ev *Evaluator) forceBool(v Value, pos syntax.Pos) bool {
	v = ev.force(v, pos)
	b, ok := v.(Bool)
	if !ok {
		ev.wrongType(pos, "a Boolean", v)
	}
	return bool(b)
}

func (ev *Evaluator) forceInt(v Value, pos syntax.Pos) int64 {
	v = ev.force(v, pos)
	n, ok := v.(Int)
	if !ok {
		ev.wrongType(pos, "an integer", v)
	}
	return int64(n)
}

// forceFloat takes integers too.
func (ev *Evaluator) forceFloat(v Value, pos syntax.Pos) float64 {
	switch v := ev.force(v, pos).(type) {
	case Float:
		return float64(v)
	case Int:
		return float64(v)
	default:
		ev.wrongType(pos, "a float", v)
		return 0
	}
}

func (ev *Evaluator) forceString(v Value, pos syntax.Pos) *String {
	v = ev.force(v, pos)
	s, ok := v.(*String)
	if !ok {
		ev.wrongType(pos, "a string", v)
	}
	return s
}

// stringNoContext forces a string that may not refer to the store.
func (ev *Evaluator) stringNoContext(v Value, pos syntax.Pos) string {
	s := ev.forceString(v, pos)
	if len(s.Context()) > 0 {
		ev.fail(EvalFailure, pos, "the string '%s' is not allowed to refer to a store path (such as '%s')", s.S, s.Context().example())
	}
	return s.S
}

// forceName forces a string that names an attribute.
func (ev *Evaluator) forceName(v Value, pos syntax.Pos) syntax.Symbol {
	s := ev.forceString(v, pos)
	if len(s.Context()) > 0 {
		ev.stringNoContext(s, pos)
	}
	if s == emptyString {
		// It is shared by all evaluators.
		return ev.symbols.Intern("")
	}
	if s.sym == 0 {
		s.sym = ev.intern(s.S)
	}
	return s.sym
}

// forceFunction takes functors too.
func (ev *Evaluator) forceFunction(v Value, pos syntax.Pos) Value {
	v = ev.force(v, pos)
	switch f := v.(type) {
	case *Lambda, *Builtin, *Partial:
		return v
	case *Attrs:
		if f.get(ev.sym.functor) != nil {
			return v
		}
	}
	ev.wrongType(pos, "a function", v)
	return nil
}

// coercion selects which values besides strings may become a string.
type coercion struct {
	more  bool // numbers, Booleans, null and lists too, as toString does
	store bool // paths become store paths, as in interpolation
}

// coerce converts a value to a string and adds its references.
func (ev *Evaluator) coerce(v Value, pos syntax.Pos, how coercion, ctx *contextSet) string {
	v = ev.force(v, pos)
	switch v := v.(type) {
	case *String:
		ctx.add(ev, v.Context())
		return v.S
	case Path:
		if how.store {
			p := ev.copyToStore(string(v), pos)
			ctx.addOne(ev, p)
			return p
		}
		return string(v)
	}
	ev.enterCall()
	ev.enter()
	s := ev.coerceOther(v, pos, how, ctx)
	ev.depth--
	ev.calls--
	return s
}

func (ev *Evaluator) coerceOther(v Value, pos syntax.Pos, how coercion, ctx *contextSet) string {
	switch v := v.(type) {
	case *Attrs:
		if f := v.get(ev.sym.toString); f != nil {
			return ev.coerce(ev.apply1(ev.force(f.Value, pos), v, pos), pos, how, ctx)
		}
		if a := v.get(ev.sym.outPath); a != nil {
			return ev.coerce(a.Value, pos, how, ctx)
		}
	case Bool:
		if how.more {
			if v {
				return "1"
			}
			return ""
		}
	case Int:
		if how.more {
			return ev.intText(int64(v))
		}
	case Float:
		if how.more {
			return fixedFloat(float64(v))
		}
	case Null:
		if how.more {
			return ""
		}
	case *List:
		if how.more {
			return ev.coerceList(v, pos, how, ctx)
		}
	}
	ev.failType(pos, "cannot coerce %s to a string: %s", describe(v), ev.show(v))
	return ""
}

// coerceList joins with spaces; an empty list inside adds none.
func (ev *Evaluator) coerceList(l *List, pos syntax.Pos, how coercion, ctx *contextSet) string {
	b := textBuilder{ev: ev}
	ev.joinList(&b, l, pos, how, ctx)
	return b.text()
}

func (ev *Evaluator) joinList(b *textBuilder, l *List, pos syntax.Pos, how coercion, ctx *contextSet) {
	for i, x := range l.Elems {
		ev.tick()
		inner, nested := ev.force(x, pos).(*List)
		if nested {
			ev.enterCall()
			ev.enter()
			ev.joinList(b, inner, pos, how, ctx)
			ev.depth--
			ev.calls--
		} else {
			b.add(ev.coerce(x, pos, how, ctx))
		}
		if i < len(l.Elems)-1 && (!nested || len(inner.Elems) > 0) {
			b.addByte(' ')
		}
	}
}

// coercePath converts a path, or a string or set that represents one, to an absolute
// path.
func (ev *Evaluator) coercePath(v Value, pos syntax.Pos, ctx *contextSet) string {
	v = ev.force(v, pos)
	if p, ok := v.(Path); ok {
		return string(p)
	}
	s := ev.coerce(v, pos, coercion{}, ctx)
	if s == "" || s[0] != '/' {
		ev.fail(EvalFailure, pos, "string '%s' doesn't represent an absolute path", s)
	}
	return cleanPath(s)
}

// readPath is coercePath for a file that is about to be read: the result of a
// derivation does not exist.
func (ev *Evaluator) readPath(v Value, pos syntax.Pos) string {
	var ctx contextSet
	p := ev.coercePath(v, pos, &ctx)
	for _, c := range ctx.context(ev) {
		e := parseContextElem(c)
		if e.output != "" {
			ev.fail(Builds, pos, "reading '%s' needs the derivation '%s' to be built, which the embedded evaluator does not do", p, e.path)
		}
		ev.requireObject(e.path, pos)
	}
	return p
}

// requireObject fails for a store path that this evaluation does not have.
func (ev *Evaluator) requireObject(p string, pos syntax.Pos) {
	if !strings.HasPrefix(p, storeDir+"/") {
		return // a source that is read where it is
	}
	if _, err := ev.sources.Lstat(p); err != nil {
		ev.raise(&Error{Kind: FileAccess, pos: pos, Path: p, Cause: err,
			Msg: "path '" + p + "' is required, but there is no substituter that can build it"})
	}
}

func cleanPath(p string) string { return path.Clean("/" + p) }
