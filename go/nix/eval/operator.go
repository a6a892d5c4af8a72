package eval

import (
	"math"
	"math/bits"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

func (ev *Evaluator) binary(e *syntax.Binary, en *env) Value {
	if e.Override != nil {
		return ev.overridden(e, en)
	}
	switch e.Op {
	case syntax.OpAnd:
		return Bool(ev.condition(e.X, en, e.At) && ev.condition(e.Y, en, e.At))
	case syntax.OpOr:
		return Bool(ev.condition(e.X, en, e.At) || ev.condition(e.Y, en, e.At))
	case syntax.OpImpl:
		return Bool(ev.implies(e, en))
	case syntax.OpUpdate:
		return ev.evalUpdate(e, en)
	}
	if e.Op == syntax.OpGreater || e.Op == syntax.OpLeq {
		// They are `<` with the operands exchanged, the right one first.
		y := ev.eval(e.Y, en)
		return Bool(ev.less(y, ev.eval(e.X, en), e.At) == (e.Op == syntax.OpGreater))
	}
	x := ev.eval(e.X, en)
	y := ev.eval(e.Y, en)
	switch e.Op {
	case syntax.OpEq:
		return Bool(ev.equal(x, y, e.At))
	case syntax.OpNeq:
		return Bool(!ev.equal(x, y, e.At))
	case syntax.OpLess:
		return Bool(ev.less(x, y, e.At))
	case syntax.OpGeq:
		return Bool(!ev.less(x, y, e.At))
	case syntax.OpConcat:
		return ev.concatTwo(x, y, e.At)
	}
	return ev.arithmetic(e.Op, x, y, e.At)
}

// overridden calls what the text put in place of the builtin behind an operator.
func (ev *Evaluator) overridden(e *syntax.Binary, en *env) Value {
	fn := ev.variable(e.Override, en)
	x, y := ev.delay(e.X, en), ev.delay(e.Y, en)
	if e.Op == syntax.OpGreater || e.Op == syntax.OpLeq {
		x, y = y, x
	}
	v := ev.apply2(fn, x, y, e.At)
	if e.Op == syntax.OpLeq || e.Op == syntax.OpGeq {
		return Bool(!ev.forceBool(v, e.At))
	}
	return v
}

// implies evaluates `a -> b -> c`.
func (ev *Evaluator) implies(e *syntax.Binary, en *env) bool {
	for {
		if !ev.condition(e.X, en, e.At) {
			return true
		}
		next, ok := e.Y.(*syntax.Binary)
		if !ok || next.Op != syntax.OpImpl {
			return ev.condition(e.Y, en, e.At)
		}
		ev.tick()
		e = next
	}
}

// evalUpdate merges a chain of `//`, the right operand first as Nix does.
func (ev *Evaluator) evalUpdate(e *syntax.Binary, en *env) Value {
	var room [4]syntax.Expr
	left := append(room[:0], e.X)
	last := e.Y
	for {
		next, ok := last.(*syntax.Binary)
		if !ok || next.Op != syntax.OpUpdate {
			break
		}
		ev.tick()
		left, last = append(left, next.X), next.Y
	}
	set := ev.operandSet(last, en)
	for i := len(left) - 1; i >= 0; i-- {
		set = ev.update(ev.operandSet(left[i], en), set)
	}
	return set
}

func (ev *Evaluator) operandSet(e syntax.Expr, en *env) *Attrs {
	v := ev.eval(e, en)
	set, ok := v.(*Attrs)
	if !ok {
		ev.failType(e.Pos(), "expected a set but found %s: %s", describe(v), ev.show(v))
	}
	return set
}

// concatTwo is `++`.
func (ev *Evaluator) concatTwo(x, y Value, pos syntax.Pos) Value {
	a, b := ev.forceList(x, pos), ev.forceList(y, pos)
	switch {
	case len(b.Elems) == 0:
		return a
	case len(a.Elems) == 0:
		return b
	}
	n, m := len(a.Elems), len(b.Elems)
	if n < chainLength {
		out := ev.makeList(n + m)
		copy(out[copy(out, a.Elems):], b.Elems)
		return ev.listOf(out)
	}
	return ev.extend(a, b)
}

// chainLength is how long the left operand of `++` is for room to be left behind
// the result, which the next of a chain takes.
const chainLength = 32

// chain is the result of the last long `++`: it has room behind it that no list has.
type chain struct {
	first  *Value
	length int
}

// extend is concatTwo for a long left operand.
func (ev *Evaluator) extend(a, b *List) Value {
	n, m := len(a.Elems), len(b.Elems)
	if ev.chain == (chain{&a.Elems[0], n}) && m <= cap(a.Elems)-n {
		ev.ticks(m / 8)
		ev.chain.length += m
		return ev.listOf(append(a.Elems, b.Elems...))
	}
	ev.ticks((n + m) / 8)
	out := ev.makeList(n + m + n/4)[:n+m]
	copy(out[copy(out, a.Elems):], b.Elems)
	ev.chain = chain{&out[0], n + m}
	return ev.listOf(out)
}

func (ev *Evaluator) concatLists(lists []Value, pos syntax.Pos) Value {
	n := 0
	var only *List
	for i, v := range lists {
		ev.tick()
		l := ev.forceList(v, pos)
		lists[i] = l
		n += len(l.Elems)
		if len(l.Elems) > 0 {
			only = l
		}
	}
	if only == nil {
		return emptyList
	}
	if len(only.Elems) == n {
		return only
	}
	ev.chargeEach(n, 16)
	out := make([]Value, 0, n)
	for _, v := range lists {
		ev.ticks(len(v.(*List).Elems) / 8)
		out = append(out, v.(*List).Elems...)
	}
	return &List{Elems: out}
}

// arithmetic is `-`, `*` and `/`, and the builtins of that kind.
func (ev *Evaluator) arithmetic(op syntax.Op, x, y Value, pos syntax.Pos) Value {
	_, xf := x.(Float)
	_, yf := y.(Float)
	if op == syntax.OpDiv {
		d := ev.forceFloat(y, pos)
		if d == 0 {
			ev.fail(EvalFailure, pos, "division by zero")
		}
	}
	if xf || yf {
		a, b := ev.forceFloat(x, pos), ev.forceFloat(y, pos)
		switch op {
		case syntax.OpSub:
			return Float(a - b)
		case syntax.OpMul:
			return Float(a * b)
		}
		return Float(a / b)
	}
	a, b := ev.forceInt(x, pos), ev.forceInt(y, pos)
	switch op {
	case syntax.OpSub:
		c := a - b
		if (a^b)&(a^c) < 0 {
			ev.overflow(pos, "subtracting", a, '-', b)
		}
		return ev.int(c)
	case syntax.OpMul:
		c, ok := mulInt(a, b)
		if !ok {
			ev.overflow(pos, "multiplying", a, '*', b)
		}
		return ev.int(c)
	}
	if a == math.MinInt64 && b == -1 {
		ev.overflow(pos, "dividing", a, '/', b)
	}
	return ev.int(a / b)
}

func (ev *Evaluator) addInt(a, b int64, pos syntax.Pos) int64 {
	c := a + b
	if (a^c)&(b^c) < 0 {
		ev.overflow(pos, "adding", a, '+', b)
	}
	return c
}

func mulInt(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	negative := (a < 0) != (b < 0)
	if hi != 0 || lo > 1<<63 || lo == 1<<63 && !negative {
		return 0, false
	}
	if negative {
		return int64(-lo), true
	}
	return int64(lo), true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func (ev *Evaluator) overflow(pos syntax.Pos, verb string, a int64, op byte, b int64) {
	ev.fail(EvalFailure, pos, "integer overflow in %s %d %c %d", verb, a, op, b)
}

// concat is `+`, an interpolated string, or an interpolated path: the first
// operand decides which.
func (ev *Evaluator) concat(e *syntax.Concat, en *env) Value {
	if !e.Interpolation {
		first := ev.eval(e.Parts[0], en)
		switch first := first.(type) {
		case Int, Float:
			return ev.addNumbers(first, e, en)
		case Path:
			return ev.concatPath(first, e, en)
		}
		return ev.concatStrings(first, e, en)
	}
	return ev.concatStrings(nil, e, en)
}

func (ev *Evaluator) addNumbers(sum Value, e *syntax.Concat, en *env) Value {
	for _, part := range e.Parts[1:] {
		v := ev.eval(part, en)
		switch a := sum.(type) {
		case Int:
			switch b := v.(type) {
			case Int:
				sum = ev.int(ev.addInt(int64(a), int64(b), part.Pos()))
			case Float:
				sum = Float(float64(a) + float64(b))
			default:
				ev.failType(ev.files.Parenthesis(part.Pos()), "cannot add %s to an integer", describe(v))
			}
		case Float:
			switch b := v.(type) {
			case Int:
				sum = a + Float(b)
			case Float:
				sum = a + b
			default:
				ev.failType(ev.files.Parenthesis(part.Pos()), "cannot add %s to a float", describe(v))
			}
		}
	}
	return sum
}

func (ev *Evaluator) concatPath(first Path, e *syntax.Concat, en *env) Value {
	text := textBuilder{ev: ev}
	text.add(string(first))
	var ctx contextSet
	for _, part := range e.Parts[1:] {
		text.add(ev.coerce(ev.eval(part, en), part.Pos(), coercion{}, &ctx))
	}
	if len(ctx.elems) > 0 {
		ev.fail(EvalFailure, e.At, "a string that refers to a store path cannot be appended to a path")
	}
	ev.charge(len(text.out) + 16)
	ev.bytes(16 * len(text.out))
	return Path(cleanPath(text.text()))
}

// concatStrings joins strings. first is the value of the first part, if it is known.
func (ev *Evaluator) concatStrings(first Value, e *syntax.Concat, en *env) Value {
	var room [4]string
	parts := room[:0]
	var ctx contextSet
	n := 0
	// What a string is added to is copied to the store when it is a path.
	how := coercion{store: true}
	for i, part := range e.Parts {
		v := first
		if i > 0 || v == nil {
			v = ev.eval(part, en)
		}
		var s string
		if str, ok := v.(*String); ok {
			s = str.S
			if len(str.Context()) > 0 {
				ctx.add(ev, str.Context())
			}
		} else {
			pos := part.Pos()
			if !ev.mayBeString(v) {
				switch {
				case e.Interpolation:
					pos = ev.files.Opening(pos)
				case i > 0: // parentheses before the first operand may be around all
					pos = ev.files.Parenthesis(pos)
				}
			}
			s = ev.coerce(v, pos, how, &ctx)
		}
		n += len(s)
		parts = append(parts, s)
	}
	if n == 0 && len(ctx.elems) == 0 {
		return emptyString
	}
	return ev.newString(ev.join(parts, n), ctx.context(ev))
}

// mayBeString reports whether interpolation takes a value.
func (ev *Evaluator) mayBeString(v Value) bool {
	switch v := v.(type) {
	case *String, Path:
		return true
	case *Attrs:
		return v.get(ev.sym.toString) == nil && v.get(ev.sym.outPath) != nil
	}
	return false
}
