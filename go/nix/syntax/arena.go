package syntax

import (
	"slices"
	"sync"

	"github.com/insomnia-pods/insomnia/go/nix/internal/slab"
)

// buffers are the scratch space of a parser, kept for the next text.
type buffers struct {
	tokens  []token
	exprs   []Expr
	path    []AttrName
	symbols Symbols
	arena   arena
}

var allBuffers = sync.Pool{New: func() any {
	return &buffers{tokens: make([]token, 0, 1024), symbols: *newSymbols(256)}
}}

// arena allocates nodes kind by kind and many at a time.
type arena struct {
	vars     slab.Of[Var]
	names    slab.Of[AttrName]
	lambdas  slab.Of[Lambda]
	sets     slab.Of[Attrs]
	strings  slab.Of[String]
	selects  slab.Of[Select]
	calls    slab.Of[Call]
	binaries slab.Of[Binary]
	ifs      slab.Of[If]
	concats  slab.Of[Concat]
	hasAttrs slab.Of[HasAttr]
	lets     slab.Of[Let]
	lists    slab.Of[List]
	exprs    slab.Of[Expr]
	defs     slab.Of[AttrDef]
	texts    slab.Of[string]
}

// Tree is a parsed text. Its Symbols are its own until Link: few and close
// together, which makes them quick to find and to resolve.
type Tree struct {
	Expr Expr
	// Symbols are the names that the tree uses, until Seal.
	Symbols *Symbols
	buffers *buffers
	// texts are the names of the tree's own Symbols; the runs are the nodes
	// that have any, so that Link finds them without a walk.
	texts   []string
	vars    slab.Run[Var]
	names   slab.Run[AttrName]
	lambdas slab.Run[Lambda]
	sets    slab.Run[Attrs]
}

func (t *Tree) begin(b *buffers) {
	b.symbols.reset()
	t.Symbols, t.buffers = &b.symbols, b
	a := &b.arena
	a.vars.Begin(&t.vars)
	a.names.Begin(&t.names)
	a.lambdas.Begin(&t.lambdas)
	a.sets.Begin(&t.sets)
}

func (t *Tree) end() {
	a := &t.buffers.arena
	a.vars.End()
	a.names.End()
	a.lambdas.End()
	a.sets.End()
	t.texts = a.texts.Copy(t.Symbols.names)
}

// Seal ends look-ups in the tree's own Symbols.
func (t *Tree) Seal() {
	if t.buffers != nil {
		allBuffers.Put(t.buffers)
		t.Symbols, t.buffers = nil, nil
	}
}

// Link replaces the tree's own Symbols by those of a table. New names are added in the
// order of the text. Definitions sorted by Symbol are sorted again.
func (t *Tree) Link(symbols *Symbols) {
	t.Seal()
	to := make([]Symbol, len(t.texts))
	for i := 1; i < len(to); i++ {
		to[i] = symbols.Intern(t.texts[i])
	}
	t.vars.Each(func(v *Var) { v.Name = to[v.Name] })
	t.names.Each(func(n *AttrName) { n.Name = to[n.Name] })
	t.lambdas.Each(func(l *Lambda) {
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
	t.sets.Each(func(s *Attrs) {
		for i := range s.Defs {
			s.Defs[i].Name = to[s.Defs[i].Name]
		}
		if !s.let {
			sortDefs(s.Defs)
		}
	})
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
