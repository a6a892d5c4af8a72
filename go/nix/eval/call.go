package eval

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// evalCall evaluates `f x y`.
func (ev *Evaluator) evalCall(e *syntax.Call, en *env) Value {
	cur := ev.eval(e.Fn, en)
	ev.enterCall()
	args := e.Args
	for len(args) > 0 {
		switch f := cur.(type) {
		case *Lambda:
			if f.fn.Formals != nil {
				cur = ev.callFormals(f, ev.delay(args[0], en), e.At)
				args = args[1:]
				continue
			}
			fn := f.fn
			inner := ev.scopeOf(f, ev.delay(args[0], en))
			for args = args[1:]; len(args) > 0; args = args[1:] {
				next := sharesScope(fn)
				if next == nil {
					break
				}
				ev.tick()
				*inner.slot(uint32(next.Slot)) = ev.delay(args[0], en)
				fn = next
			}
			cur = ev.callBody(fn, inner, e.At)
		case *Builtin:
			n := min(f.arity, len(args))
			cur = ev.applyBuiltin(f, args[:n], en, e.At)
			args = args[n:]
		default:
			cur = ev.callOther(cur, ev.delay(args[0], en), e.At)
			args = args[1:]
		}
	}
	ev.calls--
	return cur
}

// sharesScope is the function that the body of another is, if both share a scope, else nil.
func sharesScope(fn *syntax.Lambda) *syntax.Lambda {
	if next, ok := fn.Body.(*syntax.Lambda); ok && next.Slot > 0 {
		return next
	}
	return nil
}

// scopeOf makes the scope of a function without formals, with its argument. One
// that shares its scope has a copy: others may call it with another argument.
func (ev *Evaluator) scopeOf(f *Lambda, arg Value) *env {
	ev.tick()
	slot := uint32(f.fn.Slot)
	if slot == 0 {
		en := ev.newEnv(f.env, int(f.fn.Slots))
		*en.slot(0) = arg
		return en
	}
	en := ev.newEnv(f.env.up, int(f.fn.Slots))
	for i := range slot {
		*en.slot(i) = *f.env.slot(i)
	}
	*en.slot(slot) = arg
	return en
}

// callBody evaluates the body of a function without formals in its scope.
func (ev *Evaluator) callBody(fn *syntax.Lambda, en *env, pos syntax.Pos) Value {
	ev.frames = append(ev.frames, frame{fn: fn, pos: pos})
	ev.enter()
	v := ev.eval(fn.Body, en)
	ev.depth--
	ev.frames = ev.frames[:len(ev.frames)-1]
	if fn.Calls != keepsScope {
		ev.ended(fn, en)
	}
	return v
}

// applyBuiltin calls a builtin with expressions. The argument that it looks at
// before anything else is evaluated at once, as if the builtin did it.
func (ev *Evaluator) applyBuiltin(f *Builtin, args []syntax.Expr, en *env, pos syntax.Pos) Value {
	base := len(ev.args)
	vals := ev.pushArgs(len(args))
	first := int(f.first) - 1
	if len(args) < f.arity || first < 0 || isVar(args[first]) {
		for i := range vals {
			vals[i] = ev.delay(args[i], en)
		}
		v := ev.callBuiltin(f, vals, pos)
		ev.args = ev.args[:base]
		return v
	}
	for i := range vals {
		if i != first {
			vals[i] = ev.delay(args[i], en)
		}
	}
	ev.tick()
	ev.frames = append(ev.frames, frame{builtin: f, pos: pos})
	vals[first] = ev.eval(args[first], en)
	v := f.call(ev, vals, pos)
	ev.frames = ev.frames[:len(ev.frames)-1]
	ev.args = ev.args[:base]
	return v
}

// pushArgs makes room for the arguments of a builtin on a stack. What is above the
// stack is left over from other calls; weigh clears it.
func (ev *Evaluator) pushArgs(n int) []Value {
	base := len(ev.args)
	if cap(ev.args)-base < n {
		ev.args = slices.Grow(ev.args, max(n, 256))
	}
	ev.args = ev.args[:base+n]
	return ev.args[base : base+n : base+n]
}

func isVar(e syntax.Expr) bool {
	_, ok := e.(*syntax.Var)
	return ok
}

// apply calls a function with values. The result is forced.
func (ev *Evaluator) apply(fn Value, args []Value, pos syntax.Pos) Value {
	cur := ev.force(fn, pos)
	ev.enterCall()
	for len(args) > 0 {
		switch f := cur.(type) {
		case *Lambda:
			cur = ev.callLambda(f, args[0], pos)
			args = args[1:]
		case *Builtin:
			n := min(f.arity, len(args))
			cur = ev.callBuiltin(f, args[:n:n], pos)
			args = args[n:]
		default:
			cur = ev.callOther(cur, args[0], pos)
			args = args[1:]
		}
	}
	ev.calls--
	return cur
}

func (ev *Evaluator) apply1(fn, x Value, pos syntax.Pos) Value {
	if f, ok := fn.(*Lambda); ok {
		ev.enterCall()
		v := ev.callLambda(f, x, pos)
		ev.calls--
		return v
	}
	args := ev.pushArgs(1)
	args[0] = x
	v := ev.apply(fn, args, pos)
	ev.args = ev.args[:len(ev.args)-1]
	return v
}

func (ev *Evaluator) apply2(fn, x, y Value, pos syntax.Pos) Value {
	if f, ok := fn.(*Lambda); ok {
		ev.enterCall()
		if next := sharesScope(f.fn); next != nil && f.fn.Formals == nil {
			inner := ev.scopeOf(f, x)
			ev.tick()
			*inner.slot(uint32(next.Slot)) = y
			v := ev.callBody(next, inner, pos)
			ev.calls--
			return v
		}
		cur := ev.callLambda(f, x, pos)
		if g, ok := cur.(*Lambda); ok {
			v := ev.callLambda(g, y, pos)
			ev.calls--
			return v
		}
		ev.calls--
		return ev.apply1(cur, y, pos)
	}
	args := ev.pushArgs(2)
	args[0], args[1] = x, y
	v := ev.apply(fn, args, pos)
	ev.args = ev.args[:len(ev.args)-2]
	return v
}

// callBuiltin calls a builtin, or keeps the arguments until there are enough. No
// builtin keeps the slice.
func (ev *Evaluator) callBuiltin(f *Builtin, args []Value, pos syntax.Pos) Value {
	if len(args) < f.arity {
		ev.charge(48 + 16*len(args))
		return &Partial{fn: f, args: ev.slabs.values.Copy(args)}
	}
	ev.tick()
	ev.frames = append(ev.frames, frame{builtin: f, pos: pos})
	v := f.call(ev, args, pos)
	ev.frames = ev.frames[:len(ev.frames)-1]
	return v
}

// callOther calls what is neither a function of Nix nor a whole builtin.
func (ev *Evaluator) callOther(fn, arg Value, pos syntax.Pos) Value {
	switch f := fn.(type) {
	case *Partial:
		n := len(f.args) + 1
		args := ev.pushArgs(n)
		args[copy(args, f.args)] = arg
		v := ev.callBuiltin(f.fn, args, pos)
		ev.args = ev.args[:len(ev.args)-n]
		return v
	case *Attrs:
		if functor := f.get(ev.sym.functor); functor != nil {
			return ev.apply2(functor.Value, f, arg, or(functor.Pos, pos))
		}
	}
	ev.failType(pos, "attempt to call something which is not a function but %s: %s", describe(fn), ev.show(fn))
	return nil
}

func (ev *Evaluator) callLambda(f *Lambda, arg Value, pos syntax.Pos) Value {
	if f.fn.Formals != nil {
		return ev.callFormals(f, arg, pos)
	}
	return ev.callBody(f.fn, ev.scopeOf(f, arg), pos)
}

func (ev *Evaluator) callFormals(f *Lambda, arg Value, pos syntax.Pos) Value {
	ev.tick()
	fn := f.fn
	ev.frames = append(ev.frames, frame{fn: fn, pos: pos})
	en := ev.newEnv(f.env, int(fn.Slots))
	ev.bindFormals(fn, en, arg)
	ev.enter()
	v := ev.eval(fn.Body, en)
	ev.depth--
	ev.frames = ev.frames[:len(ev.frames)-1]
	return v
}

// bindFormals takes an argument apart. Formals and attributes are both sorted
// by Symbol, so that one pass over both is enough.
func (ev *Evaluator) bindFormals(fn *syntax.Lambda, en *env, arg Value) {
	set, ok := ev.force(arg, fn.At).(*Attrs)
	if !ok {
		got := ev.force(arg, fn.At)
		ev.failType(fn.At, "expected a set but found %s: %s", describe(got), ev.show(got))
	}
	if !fn.Formals.Ellipsis {
		set.settle()
	}
	if fn.Arg != 0 {
		*en.slot(0) = arg
	}
	used := 0
	formals := fn.Formals.List
	if len(formals) > 64 {
		ev.ticks(len(formals) / 8)
	}
	for i := range formals {
		if a := set.get(formals[i].Name); a != nil {
			*en.slot(formals[i].Slot) = a.Value
			used++
		} else if formals[i].Default == nil {
			ev.failType(fn.At, "function '%s' called without required argument '%s'",
				ev.lambdaName(fn), ev.symbols.Name(formals[i].Name))
		}
	}
	for i := range formals {
		if *en.slot(formals[i].Slot) == nil {
			*en.slot(formals[i].Slot) = ev.delay(formals[i].Default, en)
		}
	}
	if fn.Formals.Ellipsis || used == len(set.Attrs) {
		return
	}
	for _, a := range set.Attrs {
		ev.tick()
		if fn.Formals.Find(a.Name) < 0 {
			ev.failType(fn.At, "function '%s' called with unexpected argument '%s'",
				ev.lambdaName(fn), attributeName(ev.symbols.Name(a.Name)))
		}
	}
}

func (ev *Evaluator) lambdaName(fn *syntax.Lambda) string {
	if fn.Name == 0 {
		return "anonymous lambda"
	}
	return ev.symbols.Name(fn.Name)
}
