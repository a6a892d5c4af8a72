package eval

import "github.com/insomnia-pods/insomnia/go/nix/syntax"

// A function whose body makes nothing that keeps its scope, such as `a: b: a < b`,
// gives the scope back when it ends. Whether that applies is determined after some
// calls, and is kept in its count of calls.
const (
	someCalls   = 16
	keepsScope  = someCalls + 1
	leavesScope = someCalls + 2
)

// ended counts a call that has ended, and gives its scope back if nothing keeps it.
func (ev *Evaluator) ended(fn *syntax.Lambda, en *env) {
	if fn.Calls < someCalls {
		fn.Calls++
		return
	}
	if fn.Calls == someCalls {
		fn.Calls = keepsScope
		nodes := 64
		if int(fn.Slots) < len(ev.free) && leaves(fn.Body, &nodes) {
			fn.Calls = leavesScope
		}
	}
	if fn.Calls == leavesScope {
		n := uint32(fn.Slots)
		for i := range n {
			*en.slot(i) = nil
		}
		en.up, ev.free[n] = ev.free[n], en
	}
}

// leaves reports whether evaluating an expression makes nothing that keeps the
// scope. It looks at so many nodes.
func leaves(e syntax.Expr, nodes *int) bool {
	if *nodes--; *nodes < 0 {
		return false
	}
	switch e := e.(type) {
	case *syntax.Var, *syntax.Int, *syntax.Float, *syntax.String, *syntax.Path, *syntax.CurPos:
		return true
	case *syntax.Lazy:
		*nodes++
		return leaves(e.Expr(), nodes)
	case *syntax.Binary:
		return e.Override == nil && leaves(e.X, nodes) && leaves(e.Y, nodes)
	case *syntax.Concat:
		return allLeave(e.Parts, nodes)
	case *syntax.If:
		return leaves(e.Cond, nodes) && leaves(e.Then, nodes) && leaves(e.Else, nodes)
	case *syntax.Not:
		return leaves(e.X, nodes)
	case *syntax.Assert:
		return leaves(e.Cond, nodes) && leaves(e.Body, nodes)
	case *syntax.Select:
		return leaves(e.X, nodes) && pathLeaves(e.Path, nodes) && (e.Default == nil || leaves(e.Default, nodes))
	case *syntax.HasAttr:
		return leaves(e.X, nodes) && pathLeaves(e.Path, nodes)
	case *syntax.Call:
		return leaves(e.Fn, nodes) && allAtHand(e.Args)
	case *syntax.List:
		return allAtHand(e.Elems)
	case *syntax.Attrs:
		if e.Rec || len(e.Dynamic()) > 0 || len(e.From()) > 0 {
			return false
		}
		for i := range e.Defs {
			if !atHand(e.Defs[i].Value) {
				return false
			}
		}
		return true
	}
	return false
}

func allLeave(list []syntax.Expr, nodes *int) bool {
	for _, e := range list {
		if !leaves(e, nodes) {
			return false
		}
	}
	return true
}

func pathLeaves(path []syntax.AttrName, nodes *int) bool {
	for i := range path {
		if e := path[i].Expr; e != nil && !leaves(e, nodes) {
			return false
		}
	}
	return true
}

// atHand reports whether delay always returns a value that does not keep the
// scope. All variables of a scope are set by the time that anything is evaluated in it.
func atHand(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Var:
		return e.Kind != syntax.WithScope
	case *syntax.Int, *syntax.Float, *syntax.String, *syntax.Path:
		return true
	}
	return false
}

func allAtHand(list []syntax.Expr) bool {
	for _, e := range list {
		if !atHand(e) {
			return false
		}
	}
	return true
}
