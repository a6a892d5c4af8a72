package syntax

import "slices"

// Lazy stands for an expression of a packed text until it is first looked at. It
// never stands for one whose value is at hand, such as a variable or a function.
type Lazy struct {
	made      Expr
	from      Unpacker
	at, after uint32
}

// Unpacker makes the expressions of a packed text: of the one that is packed at a place,
// whose positions count from the one before it.
type Unpacker interface {
	Unpack(at, after uint32) Expr
}

// Init sets the unpacker and the range that the expression is unpacked from.
func (e *Lazy) Init(from Unpacker, at, after uint32) { e.from, e.at, e.after = from, at, after }

// Expr is the expression.
func (e *Lazy) Expr() Expr {
	if e.made == nil {
		e.made, e.from = e.from.Unpack(e.at, e.after), nil
	}
	return e.made
}

// Pos implements Expr.
func (e *Lazy) Pos() Pos { return e.Expr().Pos() }

// Complete sets what a set has besides its definitions: whether they are those of a
// Let, the sources of `inherit (source) …`, and the attributes with computed names.
// Those of no Let are sorted.
func (e *Attrs) Complete(let bool, from []Expr, dynamic []DynamicAttr) {
	e.let = let
	if !let {
		sortDefs(e.Defs)
	}
	if len(from)+len(dynamic) > 0 {
		e.more = &moreAttrs{from: from, dynamic: dynamic}
	}
}

// Sort sorts the formals by their Symbols.
func (f *Formals) Sort() {
	slices.SortFunc(f.List, func(x, y Formal) int { return int(x.Name) - int(y.Name) })
}

// Texts are the names of a tree's own Symbols, by Symbol, until Link.
func (t *Tree) Texts() []string { return t.texts }

// Base is the position of a text's first byte.
func (f *File) Base() Pos { return f.base }
