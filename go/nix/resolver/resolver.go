// Package resolver assigns a slot to each variable of a Nix syntax tree, so that
// evaluation looks up names only inside `with`. A variable that is in no scope and in
// no `with` is an error before anything is evaluated, as in Nix.
package resolver

import (
	"slices"
	"strconv"

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

	// depth is the number of scopes around the current expression.
	depth uint32
	// bound is the meaning of each name there, by Symbol.
	bound []binding
	// hidden are the meanings that inner scopes hide, in the order of hiding.
	hidden []hiding
	withs  []uint32 // the depths of the `with`s around
}

// binding is a variable: the depth of its scope, 0 for none, and its slot.
type binding struct{ depth, slot uint32 }

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

// leave undoes the bindings since mark.
func (r *resolver) leave(mark int) {
	for i := len(r.hidden) - 1; i >= mark; i-- {
		r.bound[r.hidden[i].name] = r.hidden[i].was
	}
	r.hidden = r.hidden[:mark]
}

func (r *resolver) variable(v *syntax.Var) { r.resolve(v, r.bound[v.Name], r.depth) }

// resolve fills in a variable that means b, if that is a binding, for something at a depth.
func (r *resolver) resolve(v *syntax.Var, b binding, depth uint32) {
	if b.depth > 0 {
		v.Kind, v.Index = syntax.Local, b.slot
		v.SetLevel(depth - b.depth)
		return
	}
	if i, ok := r.Globals[r.tree.Symbols.Name(v.Name)]; ok {
		v.Kind, v.Index = syntax.Global, uint32(i)
		return
	}
	for i := len(r.withs) - 1; i >= 0; i-- {
		if r.withs[i] <= depth {
			v.Kind = syntax.WithScope
			v.SetLevel(depth - r.withs[i])
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

// expr resolves an expression. What stands last in it is not a recursion, so that
// a chain of any length takes no stack.
func (r *resolver) expr(e syntax.Expr) {
	mark, depth, withs := len(r.hidden), r.depth, len(r.withs)
	for e != nil {
		switch x := e.(type) {
		case *syntax.Var:
			r.variable(x)
			e = nil
		case *syntax.Concat:
			e = r.exprs(x.Parts)
		case *syntax.List:
			e = r.exprs(x.Elems)
		case *syntax.Attrs:
			r.attrs(x)
			e = nil
		case *syntax.Let:
			inner := len(r.hidden)
			r.enter(x.Attrs.Defs, x.At)
			r.bindings(x.Attrs, inner, true)
			e = x.Body
		case *syntax.Select:
			r.expr(x.X)
			r.path(x.Path)
			e = x.Default
		case *syntax.HasAttr:
			r.expr(x.X)
			r.path(x.Path)
			e = nil
		case *syntax.Lambda:
			e = r.lambda(x)
		case *syntax.Call:
			r.expr(x.Fn)
			e = r.exprs(x.Args)
		case *syntax.With:
			if n := len(r.withs); n > 0 {
				x.Outer = int(r.depth+1) - int(r.withs[n-1])
			}
			r.expr(x.Scope)
			r.deeper(x.At)
			r.withs = append(r.withs, r.depth)
			e = x.Body
		case *syntax.If:
			r.expr(x.Cond)
			r.expr(x.Then)
			e = x.Else
		case *syntax.Assert:
			r.expr(x.Cond)
			e = x.Body
		case *syntax.Not:
			e = x.X
		case *syntax.Binary:
			e = r.binary(x)
		default:
			e = nil
		}
	}
	if r.depth != depth {
		r.leave(mark)
		r.depth, r.withs = depth, r.withs[:withs]
	}
}

// exprs resolves a list but for its last expression, and returns that.
func (r *resolver) exprs(list []syntax.Expr) (last syntax.Expr) {
	n := len(list) - 1
	if n < 0 {
		return nil
	}
	for _, x := range list[:n] {
		r.expr(x)
	}
	return list[n]
}

func (r *resolver) attrs(e *syntax.Attrs) {
	mark := len(r.hidden)
	if e.Rec {
		r.enter(e.Defs, e.At)
	}
	r.bindings(e, mark, e.Rec)
	for _, d := range e.Dynamic() {
		r.expr(d.Name)
		r.expr(d.Value)
	}
	if e.Rec {
		r.leave(mark)
		r.depth--
	}
}

// deeper enters the scope of something at a position.
func (r *resolver) deeper(at syntax.Pos) {
	if r.depth++; r.depth > syntax.MaxLevel {
		panic(&syntax.Error{
			Msg:      "expression nests too many scopes (more than " + strconv.Itoa(syntax.MaxLevel) + ")",
			Position: r.Files.Position(at),
		})
	}
}

// enter enters the scope of a `rec` set or a let.
func (r *resolver) enter(defs []syntax.AttrDef, at syntax.Pos) {
	r.deeper(at)
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

// lambda enters the scope of a function, and returns the body: of the last of the
// functions that share the scope.
func (r *resolver) lambda(e *syntax.Lambda) (body syntax.Expr) {
	r.deeper(e.At)
	if e.Arg != 0 {
		r.bind(e.Arg, 0)
	}
	if e.Formals == nil {
		return r.share(e)
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
	return e.Body
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

func (r *resolver) binary(e *syntax.Binary) (last syntax.Expr) {
	if r.overridden {
		r.override(e)
	}
	if e.Op == syntax.OpGreater || e.Op == syntax.OpLeq {
		// They are `<` with the operands exchanged.
		r.expr(e.Y)
		return e.X
	}
	r.expr(e.X)
	return e.Y
}

// override finds the text's redefinition of the builtin behind an operator.
func (r *resolver) override(e *syntax.Binary) {
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
