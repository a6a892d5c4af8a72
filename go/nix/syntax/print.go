package syntax

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Print renders a tree in the form of `nix-instantiate --parse`.
func Print(e Expr, symbols *Symbols) string {
	p := printer{symbols: symbols}
	p.expr(e)
	return p.String()
}

type printer struct {
	strings.Builder
	symbols *Symbols
}

// put writes a piece. As a function of one string it keeps the frames of the
// recursion small.
//
//go:noinline
func (p *printer) put(s string) { p.WriteString(s) }

// expr prints an expression. Its last part is not a recursion, so that a chain of any
// length takes no stack.
func (p *printer) expr(e Expr) {
	open := 0
	for e != nil {
		last, closed := p.allButLast(e)
		e, open = last, open+closed
	}
	for ; open > 0; open-- {
		p.put(")")
	}
}

// allButLast prints a node as far as its last expression, and returns that and how
// many parentheses to close after it.
func (p *printer) allButLast(e Expr) (last Expr, open int) {
	switch e := e.(type) {
	case *Int:
		p.put(strconv.FormatInt(e.Val, 10))
	case *Float:
		p.put(FormatFloat(e.Val))
	case *String:
		p.put(Quote(e.Val))
	case *Path:
		p.put(e.Val)
	case *Var:
		p.symbol(e.Name)
	case *CurPos:
		p.put("__curPos")
	case *Lazy:
		return e.Expr(), 0
	case *Concat:
		return p.join("(", e.Parts, " + "), 1
	case *List:
		p.put("[ ")
		for _, x := range e.Elems {
			p.put("(")
			p.expr(x)
			p.put(") ")
		}
		p.put("]")
	case *Attrs:
		if e.Rec {
			p.put("rec ")
		}
		p.put("{ ")
		p.bindings(e)
		p.put("}")
	case *Select:
		p.put("(")
		p.expr(e.X)
		p.put(").")
		p.path(e.Path)
		if e.Default != nil {
			p.put(" or (")
			return e.Default, 1
		}
	case *HasAttr:
		p.put("((")
		p.expr(e.X)
		p.put(") ? ")
		p.path(e.Path)
		p.put(")")
	case *Lambda:
		p.put("(")
		p.lambda(e)
		p.put(": ")
		return e.Body, 1
	case *Call:
		p.put("(")
		p.expr(e.Fn)
		return p.join(" ", e.Args, " "), 1
	case *Let:
		p.put("(let ")
		p.bindings(e.Attrs)
		p.put("in ")
		return e.Body, 1
	case *With:
		p.put("(with ")
		p.expr(e.Scope)
		p.put("; ")
		return e.Body, 1
	case *If:
		p.put("(if ")
		p.expr(e.Cond)
		p.put(" then ")
		p.expr(e.Then)
		p.put(" else ")
		return e.Else, 1
	case *Assert:
		p.put("assert ")
		p.expr(e.Cond)
		p.put("; ")
		return e.Body, 0
	case *Not:
		p.put("(! ")
		return e.X, 1
	case *Binary:
		return p.binary(e)
	}
	return nil, 0
}

// join prints expressions but the last, which it returns.
func (p *printer) join(before string, list []Expr, between string) (last Expr) {
	for i, e := range list {
		if i == 0 {
			p.put(before)
		} else {
			p.put(between)
		}
		if i == len(list)-1 {
			last = e
		} else {
			p.expr(e)
		}
	}
	return last
}

// binary prints arithmetic and order as the calls of builtins that Nix makes of them.
func (p *printer) binary(e *Binary) (last Expr, open int) {
	switch e.Op {
	case OpSub:
		return p.called("(__sub ", e.X, e.Y), 1
	case OpMul:
		return p.called("(__mul ", e.X, e.Y), 1
	case OpDiv:
		return p.called("(__div ", e.X, e.Y), 1
	case OpLess:
		return p.called("(__lessThan ", e.X, e.Y), 1
	case OpGreater:
		return p.called("(__lessThan ", e.Y, e.X), 1
	case OpLeq:
		return p.called("(! (__lessThan ", e.Y, e.X), 2
	case OpGeq:
		return p.called("(! (__lessThan ", e.X, e.Y), 2
	}
	p.put("(")
	p.expr(e.X)
	p.put(" ")
	p.put(e.Op.String())
	p.put(" ")
	return e.Y, 1
}

func (p *printer) called(name string, x, y Expr) (last Expr) {
	p.put(name)
	p.expr(x)
	p.put(" ")
	return y
}

func (p *printer) symbol(s Symbol) { p.put(QuoteName(p.symbols.Name(s))) }

func (p *printer) name(n AttrName) {
	if n.Expr == nil {
		p.symbol(n.Name)
		return
	}
	p.put(`"${`)
	p.expr(n.Expr)
	p.put(`}"`)
}

func (p *printer) path(path []AttrName) {
	for i, n := range path {
		if i > 0 {
			p.put(".")
		}
		p.name(n)
	}
}

func (p *printer) bindings(a *Attrs) {
	defs := slices.Clone(a.Defs)
	slices.SortFunc(defs, func(x, y AttrDef) int {
		return cmp.Compare(p.symbols.Name(x.Name), p.symbols.Name(y.Name))
	})
	inherited := false
	for _, d := range defs {
		if d.Kind == Inherited {
			if !inherited {
				p.put("inherit")
				inherited = true
			}
			p.put(" ")
			p.symbol(d.Name)
		}
	}
	if inherited {
		p.put("; ")
	}
	p.inheritedFrom(a, defs)
	for _, d := range defs {
		if d.Kind == Plain {
			p.symbol(d.Name)
			p.put(" = ")
			p.expr(d.Value)
			p.put("; ")
		}
	}
	for _, d := range a.Dynamic() {
		p.name(AttrName{Expr: d.Name})
		p.put(" = ")
		p.expr(d.Value)
		p.put("; ")
	}
}

// inheritedFrom prints the sources of a set and the names that come from each, which
// defs has in order.
func (p *printer) inheritedFrom(a *Attrs, defs []AttrDef) {
	names := make([][]Symbol, len(a.From()))
	for _, d := range defs {
		if d.Kind == InheritedFrom {
			i := d.Value.(*InheritFrom).Index
			names[i] = append(names[i], d.Name)
		}
	}
	for i, from := range a.From() {
		if len(names[i]) == 0 {
			continue
		}
		p.put("inherit (")
		p.expr(from)
		p.put(")")
		for _, name := range names[i] {
			p.put(" ")
			p.symbol(name)
		}
		p.put("; ")
	}
}

// lambda prints a function's argument.
func (p *printer) lambda(e *Lambda) {
	if e.Formals != nil {
		p.put("{ ")
		formals := slices.Clone(e.Formals.List)
		slices.SortFunc(formals, func(x, y Formal) int {
			return cmp.Compare(p.symbols.Name(x.Name), p.symbols.Name(y.Name))
		})
		for i, f := range formals {
			if i > 0 {
				p.put(", ")
			}
			p.symbol(f.Name)
			if f.Default != nil {
				p.put(" ? ")
				p.expr(f.Default)
			}
		}
		if e.Formals.Ellipsis {
			if len(formals) > 0 {
				p.put(", ")
			}
			p.put("...")
		}
		p.put(" }")
		if e.Arg != 0 {
			p.put(" @ ")
		}
	}
	if e.Arg != 0 {
		p.symbol(e.Arg)
	}
}

// Quote renders a string literal.
func Quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '$' && i+1 < len(s) && s[i+1] == '{':
			b.WriteString(`\$`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// QuoteName renders an attribute's name, quoted when it is not an identifier.
func QuoteName(s string) string {
	if s == "" || !isIDStart(s[0]) || idLen(s) != len(s) {
		return Quote(s)
	}
	switch keyword(s) {
	case tID, tOrKw:
		return s
	}
	return Quote(s)
}
