package eval

import (
	"unsafe"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Thunk is a value that is not evaluated yet.
type Thunk struct {
	// code is the expression, and once the thunk is forced its value, or the
	// *failure: both are interfaces, of two words that the collector reads alike.
	code syntax.Expr
	// env is the scope of the expression, or a mark of the thunk's state.
	env *env
}

// The marks in the place of a thunk's scope. They are the addresses of these.
var forcing, forced, failed env

// result is the value of a forced thunk, or the *failure of a failed one.
func (t *Thunk) result() Value { return *(*Value)(unsafe.Pointer(&t.code)) }

// set stores the value of a thunk, with the mark forced, or its *failure with failed.
func (t *Thunk) set(v Value, mark *env) {
	*(*Value)(unsafe.Pointer(&t.code)) = v
	t.env = mark
}

// beingForced is a thunk in the mark forcing, with its scope.
type beingForced struct {
	*Thunk
	scope *env
}

// failure keeps the error of a thunk, which is the same each time it is forced.
type failure struct{ err *Error }

func (ev *Evaluator) newThunk(e syntax.Expr, en *env) *Thunk {
	ev.charge(24)
	t := ev.slabs.thunks.New()
	t.code, t.env = e, en
	return t
}

// callee is a function that several thunks call at a place.
type callee struct {
	fn Value
	at syntax.Pos
}

// apply is the expression of a thunk that calls a function with one argument:
// `map` and the like make them. What it calls is forgotten once it was called.
type apply struct {
	*callee
	x Value
}

// apply2 is apply for two arguments.
type apply2 struct {
	apply
	y Value
}

func (a *apply) Pos() syntax.Pos { return a.at }

// delayedCall and delayedCall2 are thunks with their expressions.
type (
	delayedCall struct {
		Thunk
		apply
	}
	delayedCall2 struct {
		Thunk
		apply2
	}
)

// delayCall creates a thunk for a call.
func (ev *Evaluator) delayCall(f *callee, x Value) Value {
	ev.charge(48)
	c := ev.slabs.calls.New()
	c.apply = apply{f, x}
	c.code = &c.apply
	return &c.Thunk
}

// delayCall2 creates a thunk for a call with two arguments.
func (ev *Evaluator) delayCall2(f *callee, x, y Value) Value {
	ev.charge(64)
	c := ev.slabs.calls2.New()
	c.apply2 = apply2{apply{f, x}, y}
	c.code = &c.apply2
	return &c.Thunk
}

// native is the expression of a thunk that Go code computes.
type native struct {
	run func() Value
	// atHand marks a value that Nix has already, so that messages show it.
	atHand bool
}

func (*native) Pos() syntax.Pos { return 0 }

func (ev *Evaluator) delayNative(run func() Value) *Thunk {
	ev.account.room -= 80 // Go code makes them too, which is to see no panic
	return &Thunk{code: &native{run: run}}
}

// delayAtHand is delayNative for values that Nix computes at once.
func (ev *Evaluator) delayAtHand(run func() Value) Value {
	ev.charge(80)
	return &Thunk{code: &native{run: run, atHand: true}}
}

// loose is a thunk of the same, if this one was not looked at yet.
func (t *Thunk) loose() *Thunk {
	if t.env == &forced || t.env == &forcing || t.env == &failed {
		return t
	}
	code := t.code
	switch c := code.(type) {
	case *native:
		return t
	case *apply: // forgets what it called
		again := *c
		code = &again
	case *apply2:
		again := *c
		code = &again
	}
	return &Thunk{code: code, env: t.env}
}

// evaluated is a value without its thunk if it is evaluated, else nil.
func evaluated(v Value) Value {
	if t, ok := v.(*Thunk); ok {
		if t.env != &forced {
			return nil
		}
		return t.result()
	}
	return v
}

// force evaluates a value to its outermost constructor.
func (ev *Evaluator) force(v Value, pos syntax.Pos) Value {
	if t, ok := v.(*Thunk); ok {
		return ev.forceThunk(t, pos)
	}
	return v
}

func (ev *Evaluator) forceThunk(t *Thunk, pos syntax.Pos) Value {
	scope := t.env
	switch scope {
	case &forced:
		return t.result()
	case &forcing:
		ev.fail(InfiniteRecursion, pos, "infinite recursion encountered")
	case &failed:
		panic(t.result().(*failure).err)
	}
	ev.tick()
	ev.enter()
	ev.forcing = append(ev.forcing, beingForced{t, scope})
	t.env = &forcing
	v := ev.eval(t.code, scope)
	ev.forcing = ev.forcing[:len(ev.forcing)-1]
	t.set(v, &forced)
	ev.depth--
	return v
}
