package syntax

import "slices"

// Program is a parsed and resolved text that never changes, so that many
// evaluators can take copies of its tree at the same time.
type Program struct {
	name, src string
	expr      Expr
	texts     []string
	first     Pos // of the text in the FileSet that it was parsed into
}

// Freeze makes a Program of a resolved tree that is not linked yet. files is what it
// was parsed into, and the text the last one there. The tree is of no other use afterwards.
func (t *Tree) Freeze(files *FileSet) *Program {
	t.Seal()
	f := files.files[len(files.files)-1]
	return &Program{name: f.Name, src: f.Src, expr: t.Expr, texts: t.texts, first: f.base}
}

// Copy returns the tree with the Symbols of a table, and registers the text.
// Names that the table lacks are added in the order of the text, as by Link.
func (p *Program) Copy(files *FileSet, symbols *Symbols) Expr {
	c := copier{by: files.Add(p.name, p.src).base - p.first, to: make([]Symbol, len(p.texts))}
	for i := 1; i < len(c.to); i++ {
		c.to[i] = symbols.Intern(p.texts[i])
	}
	return c.expr(p.expr)
}

// copier copies nodes into slabs of its own.
type copier struct {
	by Pos // what is added to each position
	to []Symbol
	arena
}

func (c *copier) pos(p Pos) Pos {
	if p == 0 {
		return 0
	}
	return p + c.by
}

func (c *copier) list(list []Expr) []Expr {
	if len(list) == 0 {
		return nil
	}
	out := c.exprs.Make(len(list))
	for i, e := range list {
		out[i] = c.expr(e)
	}
	return out
}

func (c *copier) path(path []AttrName) []AttrName {
	out := c.arena.names.Make(len(path))
	for i, step := range path {
		out[i] = AttrName{Name: c.to[step.Name], Expr: c.expr(step.Expr)}
	}
	return out
}

// copyOf copies a node without what is below it.
func copyOf[T any](to *T, from *T) *T {
	*to = *from
	return to
}

func (c *copier) variable(e *Var) *Var {
	if e == nil {
		return nil
	}
	v := copyOf(c.vars.New(), e)
	v.Name, v.At = c.to[e.Name], c.pos(e.At)
	return v
}

func (c *copier) expr(e Expr) Expr {
	switch e := e.(type) {
	case *Var:
		return c.variable(e)
	case *String:
		v := copyOf(c.strings.New(), e)
		v.At, v.Value = c.pos(e.At), nil
		return v
	case *Int:
		return &Int{Val: e.Val, At: c.pos(e.At)}
	case *Float:
		return &Float{Val: e.Val, At: c.pos(e.At)}
	case *Path:
		return &Path{Val: e.Val, At: c.pos(e.At)}
	case *CurPos:
		return &CurPos{At: c.pos(e.At)}
	case *InheritFrom:
		return &InheritFrom{Index: e.Index, At: c.pos(e.At)}
	case *Concat:
		v := copyOf(c.concats.New(), e)
		v.Parts, v.At = c.list(e.Parts), c.pos(e.At)
		return v
	case *List:
		v := copyOf(c.lists.New(), e)
		v.Elems, v.At = c.list(e.Elems), c.pos(e.At)
		return v
	case *Attrs:
		return c.attrs(e)
	case *Let:
		v := copyOf(c.lets.New(), e)
		v.Attrs, v.Body, v.At = c.attrs(e.Attrs), c.expr(e.Body), c.pos(e.At)
		return v
	case *Select:
		v := copyOf(c.selects.New(), e)
		v.X, v.Path, v.Default, v.At = c.expr(e.X), c.path(e.Path), c.expr(e.Default), c.pos(e.At)
		return v
	case *HasAttr:
		v := copyOf(c.hasAttrs.New(), e)
		v.X, v.Path, v.At = c.expr(e.X), c.path(e.Path), c.pos(e.At)
		return v
	case *Lambda:
		return c.lambda(e)
	case *Call:
		v := copyOf(c.calls.New(), e)
		v.Fn, v.Args, v.At = c.expr(e.Fn), c.list(e.Args), c.pos(e.At)
		return v
	case *With:
		return &With{Scope: c.expr(e.Scope), Body: c.expr(e.Body), At: c.pos(e.At), Outer: e.Outer}
	case *If:
		v := copyOf(c.ifs.New(), e)
		v.Cond, v.Then, v.Else, v.At = c.expr(e.Cond), c.expr(e.Then), c.expr(e.Else), c.pos(e.At)
		return v
	case *Assert:
		return &Assert{Cond: c.expr(e.Cond), Body: c.expr(e.Body), At: c.pos(e.At)}
	case *Not:
		return &Not{X: c.expr(e.X), At: c.pos(e.At)}
	case *Binary:
		v := copyOf(c.binaries.New(), e)
		v.X, v.Y, v.Override, v.At = c.expr(e.X), c.expr(e.Y), c.variable(e.Override), c.pos(e.At)
		return v
	}
	return nil // no Default
}

func (c *copier) attrs(e *Attrs) *Attrs {
	v := copyOf(c.sets.New(), e)
	v.At, v.Defs = c.pos(e.At), c.defs.Make(len(e.Defs))
	for i, d := range e.Defs {
		d.Name, d.At, d.Value = c.to[d.Name], c.pos(d.At), c.expr(d.Value)
		v.Defs[i] = d
	}
	if !e.let {
		sortDefs(v.Defs)
	}
	if e.more != nil {
		v.more = &moreAttrs{from: c.list(e.more.from), dynamic: make([]DynamicAttr, len(e.more.dynamic))}
		for i, d := range e.more.dynamic {
			v.more.dynamic[i] = DynamicAttr{Name: c.expr(d.Name), Value: c.expr(d.Value), At: c.pos(d.At)}
		}
	}
	return v
}

func (c *copier) lambda(e *Lambda) *Lambda {
	v := copyOf(c.lambdas.New(), e)
	v.Arg, v.Name, v.At = c.to[e.Arg], c.to[e.Name], c.pos(e.At)
	if e.Formals != nil {
		list := slices.Clone(e.Formals.List)
		for i := range list {
			list[i].Name, list[i].At, list[i].Default = c.to[list[i].Name], c.pos(list[i].At), c.expr(list[i].Default)
		}
		slices.SortFunc(list, func(x, y Formal) int { return int(x.Name) - int(y.Name) })
		v.Formals = &Formals{List: list, Ellipsis: e.Formals.Ellipsis}
	}
	v.Body = c.expr(e.Body)
	return v
}
