// Package resolver gives each variable of a Nix syntax tree its slot, so that
// evaluation needs no look-up by name except inside `with`. A variable that no
// scope has, and no `with` can have, is an error before anything is evaluated,
// as in Nix.
package resolver

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// Options describe what surrounds the text.
type Options struct {
	Files *syntax.FileSet
	// Globals are the numbers of the variables of the base scope.
	Globals map[string]int
	// Outer are the variables of one scope between the base scope and the
	// text; nil for none. Their slots are their indexes.
	Outer []string
}

// Resolve fills in the resolver's fields of a tree that is not linked yet. The
// error is a *syntax.Error.
func Resolve(t *syntax.Tree, o Options) (err error) {
	r := resolver{Options: o, tree: t}
	for i, name := range operatorNames {
		r.operators[i] = t.Symbols.Lookup(name)
	}
	defer func() {
		if v := recover(); v != nil {
			failure, ok := v.(*syntax.Error)
			if !ok {
				panic(v)
			}
			err = failure
		}
	}()
	r.bound = make([]binding, t.Symbols.Len())
	if o.Outer != nil {
		r.outer()
	}
	r.expr(t.Expr)
	return nil
}

// outer enters the scope of Options.Outer, as far as the text mentions it.
func (r *resolver) outer() {
	r.depth++
	for i, name := range r.Outer {
		if sym := r.tree.Symbols.Lookup(name); sym != 0 {
			r.bind(sym, uint32(i))
		}
		if slices.Contains(operatorNames[:], name) {
			r.overridden = true
		}
	}
}

// operatorNames are the builtins behind operators.
var operatorNames = [...]string{"__sub", "__mul", "__div", "__lessThan"}

type resolver struct {
	Options
	tree      *syntax.Tree
	operators [4]syntax.Symbol
	// overridden is set once a scope rebinds a builtin behind an operator.
	overridden bool

	// depth is how many scopes surround what is looked at.
	depth uint16
	// bound is what each name means there, by Symbol.
	bound []binding
	// hidden are the meanings that inner scopes hide, in the order of hiding.
	hidden []hiding
	withs  []uint16 // the depths of the `with`s around
}

// binding is a variable: the depth of its scope, 0 for none, and its slot.
type binding struct {
	depth uint16
	slot  uint32
}

type hiding struct {
	name syntax.Symbol
	was  binding
}

func (r *resolver) bind(name syntax.Symbol, slot uint32) {
	r.hidden = append(r.hidden, hiding{name, r.bound[name]})
	r.bound[name] = binding{r.depth, slot}
	if slices.Contains(r.operators[:], name) {
		r.overridden = true
	}
}

// leave undoes what was bound since mark, and leaves the scope.
func (r *resolver) leave(mark int) {
	for i := len(r.hidden) - 1; i >= mark; i-- {
		r.bound[r.hidden[i].name] = r.hidden[i].was
	}
	r.hidden = r.hidden[:mark]
	r.depth--
}

func (r *resolver) variable(v *syntax.Var) { r.resolve(v, r.bound[v.Name], r.depth) }

// resolve fills in a variable that means b, if that is a binding, for something at a depth.
func (r *resolver) resolve(v *syntax.Var, b binding, depth uint16) {
	if b.depth > 0 {
		v.Kind, v.Level, v.Index = syntax.Local, depth-b.depth, b.slot
		return
	}
	if i, ok := r.Globals[r.tree.Symbols.Name(v.Name)]; ok {
		v.Kind, v.Index = syntax.Global, uint32(i)
		return
	}
	for i := len(r.withs) - 1; i >= 0; i-- {
		if r.withs[i] <= depth {
			v.Kind, v.Level = syntax.WithScope, depth-r.withs[i]
			return
		}
	}
	panic(&syntax.Error{
		Msg:      "undefined variable '" + r.tree.Symbols.Name(v.Name) + "'",
		Position: r.Files.Position(v.At),
	})
}

func (r *resolver) path(path []syntax.AttrName) {
	for i := range path {
		if path[i].Expr != nil {
			r.expr(path[i].Expr)
		}
	}
}

func (r *resolver) expr(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.Var:
		r.variable(e)
	case *syntax.Concat:
		for _, x := range e.Parts {
			r.expr(x)
		}
	case *syntax.List:
		for _, x := range e.Elems {
			r.expr(x)
		}
	case *syntax.Attrs:
		mark := len(r.hidden)
		if e.Rec {
			r.enter(e.Defs)
		}
		r.bindings(e, mark, e.Rec)
		for _, d := range e.Dynamic() {
			r.expr(d.Name)
			r.expr(d.Value)
		}
		if e.Rec {
			r.leave(mark)
		}
	case *syntax.Let:
		mark := len(r.hidden)
		r.enter(e.Attrs.Defs)
		r.bindings(e.Attrs, mark, true)
		r.expr(e.Body)
		r.leave(mark)
	case *syntax.Select:
		r.expr(e.X)
		r.path(e.Path)
		if e.Default != nil {
			r.expr(e.Default)
		}
	case *syntax.HasAttr:
		r.expr(e.X)
		r.path(e.Path)
	case *syntax.Lambda:
		r.lambda(e)
	case *syntax.Call:
		r.expr(e.Fn)
		for _, x := range e.Args {
			r.expr(x)
		}
	case *syntax.With:
		if n := len(r.withs); n > 0 {
			e.Outer = int(r.depth+1) - int(r.withs[n-1])
		}
		r.expr(e.Scope)
		r.depth++
		r.withs = append(r.withs, r.depth)
		r.expr(e.Body)
		r.withs = r.withs[:len(r.withs)-1]
		r.depth--
	case *syntax.If:
		r.expr(e.Cond)
		r.expr(e.Then)
		r.expr(e.Else)
	case *syntax.Assert:
		r.expr(e.Cond)
		r.expr(e.Body)
	case *syntax.Not:
		r.expr(e.X)
	case *syntax.Binary:
		r.binary(e)
	}
}

// enter enters the scope of a `rec` set or a let.
func (r *resolver) enter(defs []syntax.AttrDef) {
	r.depth++
	for i := range defs {
		r.bind(defs[i].Name, defs[i].Slot)
	}
}

// bindings resolves the static attributes of a set or let: `inherit x` looks
// outside, `inherit (e) x` into a scope of its own that only holds the sources.
// If the set has a scope it is entered, and mark is where it begins in hidden.
func (r *resolver) bindings(a *syntax.Attrs, mark int, scope bool) {
	for _, x := range a.From() {
		r.expr(x)
	}
	for i := range a.Defs {
		switch d := &a.Defs[i]; d.Kind {
		case syntax.Plain:
			r.expr(d.Value)
		case syntax.Inherited:
			v := d.Value.(*syntax.Var)
			if scope {
				r.resolve(v, r.hidden[mark+i].was, r.depth-1)
			} else {
				r.variable(v)
			}
		}
	}
}

// sharing is how many functions of one argument, each the body of the one before,
// have a scope in common. Whoever calls them one by one copies it each time.
const sharing = 8

func (r *resolver) lambda(e *syntax.Lambda) {
	mark := len(r.hidden)
	r.depth++
	if e.Arg != 0 {
		r.bind(e.Arg, 0)
	}
	if e.Formals == nil {
		r.expr(r.share(e))
		r.leave(mark)
		return
	}
	list := e.Formals.List
	for i := range list {
		r.bind(list[i].Name, list[i].Slot)
	}
	for i := range list {
		if list[i].Default != nil {
			r.expr(list[i].Default)
		}
	}
	r.expr(e.Body)
	r.leave(mark)
}

// share binds the arguments of the functions that share a scope with one, and
// returns the body of the last.
func (r *resolver) share(e *syntax.Lambda) syntax.Expr {
	last := e
	n := uint8(1)
	for ; n < sharing; n++ {
		next, ok := last.Body.(*syntax.Lambda)
		if !ok || next.Formals != nil {
			break
		}
		next.Slot = n
		r.bind(next.Arg, uint32(n))
		last = next
	}
	for {
		e.Slots = int32(n)
		if e == last {
			return last.Body
		}
		e = e.Body.(*syntax.Lambda)
	}
}

func (r *resolver) binary(e *syntax.Binary) {
	if e.Op == syntax.OpGreater || e.Op == syntax.OpLeq {
		// They are `<` with the operands exchanged.
		r.expr(e.Y)
		r.expr(e.X)
	} else {
		r.expr(e.X)
		r.expr(e.Y)
	}
	if !r.overridden {
		return
	}
	var name syntax.Symbol
	switch e.Op {
	case syntax.OpSub:
		name = r.operators[0]
	case syntax.OpMul:
		name = r.operators[1]
	case syntax.OpDiv:
		name = r.operators[2]
	case syntax.OpLess, syntax.OpGreater, syntax.OpLeq, syntax.OpGeq:
		name = r.operators[3]
	default:
		return
	}
	if name == 0 {
		return // no scope in the text has it
	}
	v := &syntax.Var{Name: name, At: e.At}
	r.variable(v)
	v.Name = 0 // which Link would not find
	if v.Kind != syntax.Global {
		e.Override = v
	}
}
