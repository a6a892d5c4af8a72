package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// controlLib are the builtins about evaluation itself.
var controlLib = []definition{
	{"abort", 1, (*Evaluator).libAbort},
	{"throw", 1, (*Evaluator).libThrow},
	{"tryEval", 1, (*Evaluator).libTryEval},
	{"addErrorContext", 2, (*Evaluator).libAddErrorContext},
	{"seq", 2, (*Evaluator).libSeq},
	{"deepSeq", 2, (*Evaluator).libDeepSeq},
	{"trace", 2, (*Evaluator).libTrace},
	{"traceVerbose", 2, (*Evaluator).libTraceVerbose},
	{"warn", 2, (*Evaluator).libWarn},
	{"break", 1, (*Evaluator).libBreak},
	{"functionArgs", 1, (*Evaluator).libFunctionArgs},
	{"genericClosure", 1, (*Evaluator).libGenericClosure},
	{"unsafeGetAttrPos", 2, (*Evaluator).libUnsafeGetAttrPos},
}

func (ev *Evaluator) libAbort(args []Value, pos syntax.Pos) Value {
	ev.fail(Aborted, pos, "evaluation aborted with the following error message: '%s'", ev.coerce(args[0], pos, coercion{store: true}, nil))
	return nil
}

func (ev *Evaluator) libThrow(args []Value, pos syntax.Pos) Value {
	ev.fail(Thrown, pos, "%s", ev.coerce(args[0], pos, coercion{store: true}, nil))
	return nil
}

func (ev *Evaluator) libTryEval(args []Value, pos syntax.Pos) Value {
	v, ok := args[0], true
	e := ev.catch(func() { ev.force(v, pos) })
	if e != nil {
		if !e.catchable() {
			panic(e)
		}
		v, ok = Bool(false), false
	}
	out := ev.makeAttrs(2)
	out = append(out, Attr{Name: ev.sym.value, Value: v}, Attr{Name: ev.symbols.Intern("success"), Value: Bool(ok)})
	return ev.sortAttrs(out)
}

func (ev *Evaluator) libAddErrorContext(args []Value, pos syntax.Pos) Value {
	ev.contexts = append(ev.contexts, args[0])
	v := ev.force(args[1], pos)
	ev.contexts = ev.contexts[:len(ev.contexts)-1]
	return v
}

func (ev *Evaluator) libSeq(args []Value, pos syntax.Pos) Value {
	ev.force(args[0], pos)
	return ev.force(args[1], pos)
}

func (ev *Evaluator) libDeepSeq(args []Value, pos syntax.Pos) Value {
	ev.forceDeep(args[0], pos)
	return ev.force(args[1], pos)
}

// forceDeep evaluates a value and everything in it, each part once.
func (ev *Evaluator) forceDeep(v Value, pos syntax.Pos) {
	ev.forceDeepSeen(v, pos, make(map[any]bool))
}

func (ev *Evaluator) forceDeepSeen(v Value, pos syntax.Pos, seen map[any]bool) {
	switch v := ev.force(v, pos).(type) {
	case *List:
		if seen[v] {
			return
		}
		ev.charge(48)
		seen[v] = true
		ev.enter()
		ev.enterCall()
		for _, x := range v.Elems {
			ev.tick()
			ev.forceDeepSeen(x, pos, seen)
		}
		ev.calls--
		ev.depth--
	case *Attrs:
		if seen[v] {
			return
		}
		ev.charge(48)
		seen[v] = true
		ev.enter()
		ev.enterCall()
		for i := range v.settle().Attrs {
			ev.tick()
			ev.forceDeepSeen(v.Attrs[i].Value, v.Attrs[i].Pos, seen)
		}
		ev.calls--
		ev.depth--
	}
}

func (ev *Evaluator) say(msg string) {
	if ev.options.Trace != nil {
		ev.leaving(func() { ev.options.Trace(msg) })
	}
}

func (ev *Evaluator) libTrace(args []Value, pos syntax.Pos) Value {
	v := ev.force(args[0], pos)
	if s, ok := v.(*String); ok {
		ev.say("trace: " + s.S)
	} else {
		ev.say("trace: " + ev.show(v))
	}
	return ev.force(args[1], pos)
}

func (ev *Evaluator) libTraceVerbose(args []Value, pos syntax.Pos) Value {
	return ev.force(args[1], pos)
}

func (ev *Evaluator) libWarn(args []Value, pos syntax.Pos) Value {
	ev.say("evaluation warning: " + ev.forceString(args[0], pos).S)
	if ev.options.AbortOnWarn {
		ev.fail(EvalFailure, pos, "aborting to reveal stack trace of warning, as abort-on-warn is set")
	}
	return ev.force(args[1], pos)
}

func (ev *Evaluator) libBreak(args []Value, pos syntax.Pos) Value { return ev.force(args[0], pos) }

func (ev *Evaluator) libFunctionArgs(args []Value, pos syntax.Pos) Value {
	v := ev.force(args[0], pos)
	switch f := v.(type) {
	case *Builtin, *Partial:
		return emptyAttrs
	case *Lambda:
		if f.fn.Formals == nil {
			return emptyAttrs
		}
		out := ev.makeAttrs(len(f.fn.Formals.List))
		ev.ticks(len(f.fn.Formals.List) / 8)
		for _, formal := range f.fn.Formals.List {
			out = append(out, Attr{formal.Name, formal.At, Bool(formal.Default != nil)})
		}
		return ev.newAttrs(out)
	}
	ev.failType(pos, "'functionArgs' requires a function")
	return nil
}

func (ev *Evaluator) requireAttr(a *Attrs, name syntax.Symbol, pos syntax.Pos) *Attr {
	x := a.get(name)
	if x == nil {
		ev.failMissing(pos, name)
	}
	return x
}

func (ev *Evaluator) libGenericClosure(args []Value, pos syntax.Pos) Value {
	a := ev.forceAttrs(args[0], pos)
	start := ev.forceList(ev.requireAttr(a, ev.sym.startSet, pos).Value, pos)
	if len(start.Elems) == 0 {
		return start
	}
	operator := ev.forceFunction(ev.requireAttr(a, ev.sym.operator, pos).Value, pos)
	ev.chargeEach(len(start.Elems), 32)
	work := append([]Value(nil), start.Elems...)
	seen := keySet{ev: ev, pos: pos}
	var out []Value
	for len(work) > 0 {
		ev.tick()
		elem := work[0]
		work = work[1:]
		key := ev.requireAttr(ev.forceAttrs(elem, pos), ev.sym.key, pos)
		if !seen.add(ev.force(key.Value, pos)) {
			continue
		}
		ev.charge(32)
		out = append(out, elem)
		next := ev.forceList(ev.apply1(operator, elem, pos), pos)
		for _, x := range next.Elems {
			ev.tick()
			ev.force(x, pos)
		}
		ev.chargeEach(len(next.Elems), 32)
		work = append(work, next.Elems...)
	}
	return ev.listOf(out)
}

func (ev *Evaluator) libUnsafeGetAttrPos(args []Value, pos syntax.Pos) Value {
	name := ev.forceName(args[0], pos)
	a := ev.forceAttrs(args[1], pos).get(name)
	if a == nil || a.Pos == 0 {
		return Null{}
	}
	return ev.position(a.Pos)
}
