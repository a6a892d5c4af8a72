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
	var s *scope
	if o.Outer != nil {
		s = r.outer()
	}
	r.expr(t.Expr, s)
	return nil
}

// outer is the scope of Options.Outer, as far as the text mentions it.
func (r *resolver) outer() *scope {
	s := &scope{slots: make(map[syntax.Symbol]int)}
	for i, name := range r.Outer {
		if sym := r.tree.Symbols.Lookup(name); sym != 0 {
			s.slots[sym] = i
		}
		if slices.Contains(operatorNames[:], name) {
			r.overridden = true
		}
	}
	return s
}

// operatorNames are the builtins behind operators.
var operatorNames = [...]string{"__sub", "__mul", "__div", "__lessThan"}

type resolver struct {
	Options
	tree      *syntax.Tree
	operators [4]syntax.Symbol
	// overridden is set once a scope rebinds a builtin behind an operator.
	overridden bool
}

// scope is one scope at run time. Exactly one of the ways to hold names is used.
type scope struct {
	up     *scope
	with   bool
	slots  map[syntax.Symbol]int
	defs   []syntax.AttrDef
	lambda *syntax.Lambda
}

func (s *scope) find(name syntax.Symbol) int {
	switch {
	case s.defs != nil:
		i, ok := slices.BinarySearchFunc(s.defs, name, func(d syntax.AttrDef, n syntax.Symbol) int {
			return int(d.Name) - int(n)
		})
		if ok {
			return int(s.defs[i].Slot)
		}
	case s.lambda != nil:
		if s.lambda.Arg == name {
			return 0
		}
		if s.lambda.Formals != nil {
			if i := s.lambda.Formals.Find(name); i >= 0 {
				return int(s.lambda.Formals.List[i].Slot)
			}
		}
	case s.slots != nil:
		if i, ok := s.slots[name]; ok {
			return i
		}
	}
	return -1
}

func (r *resolver) noteOverride(name syntax.Symbol) {
	if slices.Contains(r.operators[:], name) {
		r.overridden = true
	}
}

func (r *resolver) noteDefs(defs []syntax.AttrDef) {
	for i := range defs {
		r.noteOverride(defs[i].Name)
	}
}

func (r *resolver) variable(v *syntax.Var, s *scope) {
	level, with := 0, -1
	for ; s != nil; s, level = s.up, level+1 {
		if s.with {
			if with < 0 {
				with = level
			}
			continue
		}
		if i := s.find(v.Name); i >= 0 {
			v.Kind, v.Level, v.Index = syntax.Local, uint16(level), uint32(i)
			return
		}
	}
	if i, ok := r.Globals[r.tree.Symbols.Name(v.Name)]; ok {
		v.Kind, v.Index = syntax.Global, uint32(i)
		return
	}
	if with < 0 {
		panic(&syntax.Error{
			Msg:      "undefined variable '" + r.tree.Symbols.Name(v.Name) + "'",
			Position: r.Files.Position(v.At),
		})
	}
	v.Kind, v.Level = syntax.WithScope, uint16(with)
}

func (r *resolver) path(path []syntax.AttrName, s *scope) {
	for i := range path {
		if path[i].Expr != nil {
			r.expr(path[i].Expr, s)
		}
	}
}

func (r *resolver) expr(e syntax.Expr, s *scope) {
	switch e := e.(type) {
	case *syntax.Var:
		r.variable(e, s)
	case *syntax.Concat:
		for _, x := range e.Parts {
			r.expr(x, s)
		}
	case *syntax.List:
		for _, x := range e.Elems {
			r.expr(x, s)
		}
	case *syntax.Attrs:
		inner := s
		if e.Rec {
			inner = &scope{up: s, defs: e.Defs}
			r.noteDefs(e.Defs)
		}
		r.bindings(e, s, inner)
		for _, d := range e.Dynamic() {
			r.expr(d.Name, inner)
			r.expr(d.Value, inner)
		}
	case *syntax.Let:
		inner := &scope{up: s, defs: e.Attrs.Defs}
		r.noteDefs(e.Attrs.Defs)
		r.bindings(e.Attrs, s, inner)
		r.expr(e.Body, inner)
	case *syntax.Select:
		r.expr(e.X, s)
		r.path(e.Path, s)
		if e.Default != nil {
			r.expr(e.Default, s)
		}
	case *syntax.HasAttr:
		r.expr(e.X, s)
		r.path(e.Path, s)
	case *syntax.Lambda:
		r.lambda(e, s)
	case *syntax.Call:
		r.expr(e.Fn, s)
		for _, x := range e.Args {
			r.expr(x, s)
		}
	case *syntax.With:
		for up, level := s, 1; up != nil; up, level = up.up, level+1 {
			if up.with {
				e.Outer = level
				break
			}
		}
		r.expr(e.Scope, s)
		r.expr(e.Body, &scope{up: s, with: true})
	case *syntax.If:
		r.expr(e.Cond, s)
		r.expr(e.Then, s)
		r.expr(e.Else, s)
	case *syntax.Assert:
		r.expr(e.Cond, s)
		r.expr(e.Body, s)
	case *syntax.Not:
		r.expr(e.X, s)
	case *syntax.Binary:
		r.binary(e, s)
	}
}

// bindings resolves the static attributes of a set or let: `inherit x` looks
// outside, `inherit (e) x` into a scope of its own that only holds the sources.
func (r *resolver) bindings(a *syntax.Attrs, outside, inside *scope) {
	for _, x := range a.From() {
		r.expr(x, inside)
	}
	for i := range a.Defs {
		switch d := &a.Defs[i]; d.Kind {
		case syntax.Plain:
			r.expr(d.Value, inside)
		case syntax.Inherited:
			r.expr(d.Value, outside)
		}
	}
}

func (r *resolver) lambda(e *syntax.Lambda, s *scope) {
	inner := &scope{up: s, lambda: e}
	if e.Arg != 0 {
		r.noteOverride(e.Arg)
	}
	if e.Formals != nil {
		for i := range e.Formals.List {
			r.noteOverride(e.Formals.List[i].Name)
		}
		for i := range e.Formals.List {
			if d := e.Formals.List[i].Default; d != nil {
				r.expr(d, inner)
			}
		}
	}
	r.expr(e.Body, inner)
}

func (r *resolver) binary(e *syntax.Binary, s *scope) {
	r.expr(e.X, s)
	r.expr(e.Y, s)
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
	r.variable(v, s)
	v.Name = 0 // which Link would not find
	if v.Kind != syntax.Global {
		e.Override = v
	}
}
