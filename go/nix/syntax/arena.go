package syntax

import (
	"slices"
	"sync"

	"github.com/insomnia-pods/insomnia/go/nix/internal/slab"
)

// arena allocates the nodes of one text, kind by kind and many at a time, and
// remembers where the names are, so that Link finds them without a walk.
type arena struct {
	vars     slab.Of[Var]
	strings  slab.Of[String]
	selects  slab.Of[Select]
	calls    slab.Of[Call]
	lambdas  slab.Of[Lambda]
	sets     slab.Of[Attrs]
	binaries slab.Of[Binary]
	ifs      slab.Of[If]
	concats  slab.Of[Concat]
	hasAttrs slab.Of[HasAttr]
	exprs    slab.Of[Expr]
	names    slab.Of[AttrName]
	defs     slab.Of[AttrDef]
}

// prepare sizes the chunks for a text of n bytes.
func (a *arena) prepare(n int) {
	few := min(max(n/256, 2), 64)
	a.vars = named[Var](4 * few)
	a.names = named[AttrName](2 * few)
	a.lambdas = named[Lambda](few)
	a.sets = named[Attrs](few)
	a.strings.First, a.strings.Most = few, 64
	a.selects.First, a.selects.Most = 2*few, 64
	a.calls.First, a.calls.Most = 2*few, 64
	a.binaries.First, a.binaries.Most = few, 64
	a.ifs.First, a.ifs.Most = few/2+1, 64
	a.concats.First, a.concats.Most = few/2+1, 64
	a.hasAttrs.First, a.hasAttrs.Most = few/2+1, 64
	a.exprs.First = 4 * few
	a.defs.First = 4 * few
}

func named[T any](first int) slab.Of[T] { return slab.Of[T]{First: first, Most: 128, Keep: true} }

// Tree is a parsed text. Its Symbols are its own until Link, so that texts can
// be parsed at the same time and still be numbered in the order of their use.
type Tree struct {
	Expr Expr
	// Symbols are the names that the tree uses.
	Symbols *Symbols
	// Paths are the path literals that `import` is called with and those that
	// end in `.nix`, in the order of the text; Attrs are those of them that
	// stand inside an attribute set, of which an evaluation may need but a few.
	Paths, Attrs []string

	arena arena
}

// Seal says that the tree's own Symbols get no more names and are looked up no more.
func (t *Tree) Seal() {
	slots := t.Symbols.slots
	t.Symbols.slots = nil
	clear(slots)
	symbolSlots.Put(&slots)
}

// symbolSlots spares a new table for each text.
var symbolSlots = sync.Pool{New: func() any {
	slots := make([]symbolSlot, 256)
	return &slots
}}

// NewVar makes one more variable of the tree.
func (t *Tree) NewVar(name Symbol, at Pos) *Var {
	v := t.arena.vars.New()
	v.Name, v.At = name, at
	return v
}

// Link puts the Symbols of a table in the place of the tree's own. New names are
// added in the order of the text. What is sorted by Symbol is sorted anew.
func (t *Tree) Link(symbols *Symbols) {
	own := t.Symbols.names
	to := make([]Symbol, len(own))
	for i := 1; i < len(own); i++ {
		to[i] = symbols.Intern(own[i])
	}
	a := &t.arena
	a.vars.Each(func(v *Var) { v.Name = to[v.Name] })
	a.names.Each(func(n *AttrName) { n.Name = to[n.Name] })
	a.lambdas.Each(func(l *Lambda) {
		l.Arg, l.Name = to[l.Arg], to[l.Name]
		if l.Formals == nil {
			return
		}
		list := l.Formals.List
		for i := range list {
			list[i].Name = to[list[i].Name]
		}
		slices.SortFunc(list, func(x, y Formal) int { return int(x.Name) - int(y.Name) })
	})
	a.sets.Each(func(s *Attrs) {
		for i := range s.Defs {
			s.Defs[i].Name = to[s.Defs[i].Name]
		}
		if !s.let {
			sortDefs(s.Defs)
		}
	})
	t.Symbols = symbols
}

// sortDefs sorts by Symbol. Most sets are small, and many in order already.
func sortDefs(defs []AttrDef) {
	if len(defs) > 12 {
		slices.SortFunc(defs, func(x, y AttrDef) int { return int(x.Name) - int(y.Name) })
		return
	}
	for i := 1; i < len(defs); i++ {
		for j := i; j > 0 && defs[j].Name < defs[j-1].Name; j-- {
			defs[j], defs[j-1] = defs[j-1], defs[j]
		}
	}
}
