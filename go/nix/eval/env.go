package eval

import "unsafe"

// env is a scope at run time: what syntax.Var's levels and indexes count. Its
// variables are behind it in memory, which is a slice of pointers for the
// collector: an interface is two of them. A `with` has two: its set, and how many
// levels up the enclosing one is, or 0.
type env struct{ up *env }

const (
	word      = unsafe.Sizeof(uintptr(0))
	slotWords = unsafe.Sizeof(Value(nil)) / word
)

// newEnv makes a scope of n slots.
func (ev *Evaluator) newEnv(up *env, n int) *env {
	if n < len(ev.free) {
		if e := ev.free[n]; e != nil {
			ev.free[n] = e.up
			e.up = up
			return e
		}
	}
	ev.charge(16 + 16*n)
	e := (*env)(unsafe.Pointer(unsafe.SliceData(ev.slabs.envs.Make(1 + n*int(slotWords)))))
	e.up = up
	return e
}

// freeScopes are scopes of up to four slots that were given back, by their number
// of slots; each leads to the next.
type freeScopes [5]*env

// slot is a variable; the resolver has seen to it that the scope has it.
func (e *env) slot(i uint32) *Value {
	return (*Value)(unsafe.Add(unsafe.Pointer(e), word+uintptr(i)*slotWords*word))
}

func (e *env) at(level uint16) *env {
	for ; level > 0; level-- {
		e = e.up
	}
	return e
}
