package syntax

import (
	"slices"
	"sync"
)

// arena allocates the nodes of one text, kind by kind and many at a time, and
// remembers where the names are, so that Link finds them without a walk.
type arena struct {
	vars     slab[Var]
	strings  slab[String]
	selects  slab[Select]
	calls    slab[Call]
	lambdas  slab[Lambda]
	sets     slab[Attrs]
	binaries slab[Binary]
	ifs      slab[If]
	concats  slab[Concat]
	hasAttrs slab[HasAttr]
	exprs    slab[Expr]
	names    slab[AttrName]
	defs     slab[AttrDef]
}

// slab hands out elements of chunks.
type slab[T any] struct {
	chunk []T   // the elements that are in use, with room for more
	full  [][]T // the chunks before it
}

const (
	firstChunk = 16
	largeChunk = 256
)

func (s *slab[T]) room(n int) {
	if len(s.chunk)+n <= cap(s.chunk) {
		return
	}
	if len(s.chunk) > 0 {
		s.full = append(s.full, s.chunk)
	}
	size := min(max(2*cap(s.chunk), firstChunk), largeChunk)
	s.chunk = make([]T, 0, max(size, n))
}

// new returns a zero element.
func (s *slab[T]) new() *T {
	s.room(1)
	s.chunk = s.chunk[:len(s.chunk)+1]
	return &s.chunk[len(s.chunk)-1]
}

// make returns n zero elements; appending to them allocates anew.
func (s *slab[T]) make(n int) []T {
	s.room(n)
	from := len(s.chunk)
	s.chunk = s.chunk[:from+n]
	return s.chunk[from : from+n : from+n]
}

// copy returns a copy of some elements.
func (s *slab[T]) copy(elems []T) []T {
	if len(elems) == 0 {
		return nil
	}
	out := s.make(len(elems))
	copy(out, elems)
	return out
}

// each visits all elements.
func (s *slab[T]) each(visit func(*T)) {
	for _, chunk := range s.full {
		for i := range chunk {
			visit(&chunk[i])
		}
	}
	for i := range s.chunk {
		visit(&s.chunk[i])
	}
}

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
	v := t.arena.vars.new()
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
	a.vars.each(func(v *Var) { v.Name = to[v.Name] })
	a.names.each(func(n *AttrName) { n.Name = to[n.Name] })
	a.lambdas.each(func(l *Lambda) {
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
	a.sets.each(func(s *Attrs) {
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
