package eval

import (
	"context"
	"slices"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Predeclare makes a value a variable of every text that is evaluated from now on. It
// hides a builtin of the same name, but not in the set `builtins`.
func (ev *Evaluator) Predeclare(name string, v Value) {
	ev.symbols.Intern(name)
	ev.globals[name] = len(ev.base)
	ev.base = append(ev.base, v)
	ev.globalKey = ""
}

// Func makes a function of n arguments, at least one. They may be Thunks, which
// Force evaluates; the result may be one. name is what messages call it.
func (ev *Evaluator) Func(name string, n int, f func(args []Value) (Value, error)) Value {
	return &Builtin{Name: name, arity: n, call: func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		return ev.force(ev.callGo(func() (Value, error) { return f(slices.Clone(args)) }), pos)
	}}
}

// Member is one attribute of a set, as Members visits it.
type Member struct {
	Name  string
	Value Value // may be a Thunk
	at    syntax.Pos
}

// Members are the attributes of a set, sorted by name.
func (ev *Evaluator) Members(v Value) (members []Member, err error) {
	err = ev.run(func() {
		attrs := ev.byName(ev.forceAttrs(v, 0))
		ev.charge(48 * len(attrs))
		members = make([]Member, len(attrs))
		for i, a := range attrs {
			members[i] = Member{ev.symbols.Name(a.Name), a.Value, a.Pos}
		}
	})
	return members, err
}

// Position returns the place where a member was written; it may be invalid.
func (ev *Evaluator) Position(m Member) syntax.Position { return ev.files.Position(m.at) }

// Context is the context of the evaluation in progress.
func (ev *Evaluator) Context() context.Context { return ev.ctx }

// Account charges n bytes that a caller allocates for values, and one step of work. It
// fails with the limit that this reaches.
func (ev *Evaluator) Account(n int) error {
	return ev.run(func() {
		ev.tick()
		ev.charge(n)
	})
}
