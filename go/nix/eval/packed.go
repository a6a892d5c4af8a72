package eval

import (
	"github.com/insomnia-pods/insomnia/go/nix/pack"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// unpacker takes trees from Options.Pack.
type unpacker struct {
	*pack.Reader
	// scope is the last scope looked at; overrides reports whether it redefines an
	// operator.
	scope     *Attrs
	overrides bool
}

// packed returns the tree of a text, if the pack has it. It leaves to the resolver
// what is undefined, and operators that the scope defines.
func (ev *Evaluator) packed(text, name, dir string, scope *Attrs) (syntax.Expr, bool) {
	if ev.options.Pack == nil {
		return nil, false
	}
	u := &ev.unpacker
	if u.Reader == nil {
		u.Reader = ev.options.Pack.Reader(ev.symbols)
	}
	if scope != u.scope {
		u.scope, u.overrides = scope, false
		for _, op := range []string{"__sub", "__mul", "__div", "__lessThan"} {
			u.overrides = u.overrides || scope != nil && scope.find(ev.symbols.Lookup(op)) >= 0
		}
	}
	if u.overrides {
		return nil, false
	}
	return u.Open(text, pack.Place{Files: ev.files, Name: name, Dir: dir, Means: func(name syntax.Symbol) (pack.Meaning, bool) {
		if scope != nil {
			if i := scope.find(name); i >= 0 {
				return pack.Meaning{Kind: syntax.Local, Index: uint32(i)}, true
			}
		}
		i, ok := ev.globals[ev.symbols.Name(name)]
		return pack.Meaning{Kind: syntax.Global, Index: uint32(i)}, ok
	}})
}
