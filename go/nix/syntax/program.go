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

// Freeze makes a Program of a resolved tree that is not linked yet. files is the set that
// it was parsed into, with the text as the last one. The tree must not be used afterwards.
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

// copier copies nodes into slabs of its own. Its recursion is as deep as the tree, which
// the parser bounds.
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

// copyOf copies a node without its children.
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

// expr copies an expression. Its last part is not a recursion, so that a chain of any
// length takes no stack.
func (c *copier) expr(e Expr) Expr {
	var copied Expr
	to := &copied
	for e != nil {
		e, *to, to = c.allButLast(e)
	}
	return copied
}

// allButLast copies a node and its children except its last expression. It returns
// that, and the place for it in the copy.
func (c *copier) allButLast(e Expr) (last, made Expr, to *Expr) {
	switch e := e.(type) {
	case *Var:
		made = c.variable(e)
	case *String:
		v := copyOf(c.strings.New(), e)
		v.At, v.Value = c.pos(e.At), nil
		made = v
	case *Int:
		made = &Int{Val: e.Val, At: c.pos(e.At)}
	case *Float:
		made = &Float{Val: e.Val, At: c.pos(e.At)}
	case *Path:
		made = &Path{Val: e.Val, At: c.pos(e.At)}
	case *CurPos:
		made = &CurPos{At: c.pos(e.At)}
	case *InheritFrom:
		made = &InheritFrom{Index: e.Index, At: c.pos(e.At)}
	case *Concat:
		v := copyOf(c.concats.New(), e)
		v.Parts, v.At = c.list(e.Parts), c.pos(e.At)
		made = v
	case *List:
		v := copyOf(c.lists.New(), e)
		v.Elems, v.At = c.list(e.Elems), c.pos(e.At)
		made = v
	case *Attrs:
		made = c.attrs(e)
	case *Let:
		v := copyOf(c.lets.New(), e)
		v.Attrs, v.At = c.attrs(e.Attrs), c.pos(e.At)
		return e.Body, v, &v.Body
	case *Select:
		v := copyOf(c.selects.New(), e)
		v.X, v.Path, v.At = c.expr(e.X), c.path(e.Path), c.pos(e.At)
		return e.Default, v, &v.Default
	case *HasAttr:
		v := copyOf(c.hasAttrs.New(), e)
		v.X, v.Path, v.At = c.expr(e.X), c.path(e.Path), c.pos(e.At)
		made = v
	case *Lambda:
		v := c.lambda(e)
		return e.Body, v, &v.Body
	case *Call:
		v := copyOf(c.calls.New(), e)
		v.Fn, v.Args, v.At = c.expr(e.Fn), c.list(e.Args), c.pos(e.At)
		made = v
	case *With:
		v := &With{Scope: c.expr(e.Scope), At: c.pos(e.At), Outer: e.Outer}
		return e.Body, v, &v.Body
	case *If:
		v := copyOf(c.ifs.New(), e)
		v.Cond, v.Then, v.At = c.expr(e.Cond), c.expr(e.Then), c.pos(e.At)
		return e.Else, v, &v.Else
	case *Assert:
		v := &Assert{Cond: c.expr(e.Cond), At: c.pos(e.At)}
		return e.Body, v, &v.Body
	case *Not:
		v := &Not{At: c.pos(e.At)}
		return e.X, v, &v.X
	case *Binary:
		v := copyOf(c.binaries.New(), e)
		v.X, v.Override, v.At = c.expr(e.X), c.variable(e.Override), c.pos(e.At)
		return e.Y, v, &v.Y
	}
	return nil, made, nil
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

// lambda copies a function without its body.
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
	return v
}
